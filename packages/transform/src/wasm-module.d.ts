/** A precompiled module, as the bundler hands it over. */
declare module '*.wasm?module' {
  const compiled: WebAssembly.Module
  export default compiled
}
