/* AWS Signature Version 4 of a GET without a body, by what S3 documents of it. */

const encoder = new TextEncoder()
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const sha256 = async (text) => hex(await crypto.subtle.digest('SHA-256', encoder.encode(text)))

async function hmac(key, text) {
  const bytes = typeof key === 'string' ? encoder.encode(key) : key
  const imported = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return crypto.subtle.sign('HMAC', imported, encoder.encode(text))
}

/** The headers that prove to a bucket that the request is ours. */
export async function signS3Request(url, { accessKeyId, secretAccessKey, region, now }) {
  const { host, pathname } = new URL(url)
  const stamp = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`
  const emptyBody = await sha256('')
  const signed = { host, 'x-amz-content-sha256': emptyBody, 'x-amz-date': stamp }
  const names = Object.keys(signed).join(';')
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const request = ['GET', pathname, '', lines.join(''), names, emptyBody].join('\n')
  const message = ['AWS4-HMAC-SHA256', stamp, scope, await sha256(request)].join('\n')

  let key = `AWS4${secretAccessKey}`
  for (const part of scope.split('/')) key = await hmac(key, part)
  const signature = hex(await hmac(key, message))
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    'x-amz-content-sha256': emptyBody,
    'x-amz-date': stamp,
  }
}
