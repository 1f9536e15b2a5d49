/** What unit tests take of Node's zlib, which workerd has under `nodejs_compat`. The Workers themselves use none of it. */
declare module 'node:zlib' {
  export function crc32(data: Uint8Array): number
  export function deflateSync(data: Uint8Array): Uint8Array
}
