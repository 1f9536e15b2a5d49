/** Written by `scripts/playground-page.ts`, so it is not there in a fresh clone. */
declare module '*/build/page.ts' {
  /** The files of the page, by the last part of their path. */
  export const PAGE: { readonly html: string; readonly css: string; readonly js: string }
}
