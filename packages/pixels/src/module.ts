import module from '../build/pixels.wasm?module'

/** The compiled kernel, for `createKernel`. Apart from the package's index, which tools without a bundler import too. */
export const kernelModule: WebAssembly.Module = module
