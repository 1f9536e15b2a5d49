/** A WASM file imported as a compiled module, as Workers do. */
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
