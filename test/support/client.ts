/** One account of a running system, with what a client of it knows. */
export interface TestAccount {
  readonly accountId: string
  readonly accountHash: string
  readonly zoneId: string
  readonly name: string
  readonly token: string
  readonly readToken: string
}

/** The answer of a REST call: status, headers and the parsed envelope. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  // Its users read whatever the envelope holds.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests assert
  readonly body: any
}

/** Everybody who talks to a running system: its administrator, the clients of its accounts, and visitors. */
export interface Client {
  createAccount(name: string): Promise<TestAccount>
  /** What only the administrator decides of an account: host names, the origin of same-site pictures, storage. */
  configure(account: TestAccount, settings: object): Promise<ApiAnswer>
  /** A REST call under `/client/v4`; `body` may be a form, or a value to send as JSON. */
  api(
    account: TestAccount | null,
    method: string,
    path: string,
    body?: FormData | object,
    headers?: object,
  ): Promise<ApiAnswer>
  /** GET of a delivery path, following nothing. */
  deliver(path: string, headers?: Record<string, string>): Promise<Response>
}

export function createClient(baseUrl: string, adminToken: string): Client {
  async function call(
    token: string | null,
    method: string,
    path: string,
    body?: FormData | object,
    more: object = {},
  ) {
    const headers = new Headers(more as Record<string, string>)
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    if (body !== undefined && !(body instanceof FormData)) headers.set('content-type', 'application/json')
    const payload = body === undefined || body instanceof FormData ? body : JSON.stringify(body)
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: payload }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') ? JSON.parse(text) : text,
    }
  }

  return {
    async createAccount(name) {
      const { body } = await call(adminToken, 'PUT', `/admin/accounts/${name}`)
      const tokenWith = async (right: string) =>
        (await call(adminToken, 'POST', `/admin/accounts/${name}/tokens`, { right })).body.result
          .token as string
      return { ...body.result, token: await tokenWith('write'), readToken: await tokenWith('read') }
    },
    configure: ({ name }, settings) => call(adminToken, 'PATCH', `/admin/accounts/${name}`, settings),
    api: (account, method, path, body, headers) =>
      call(account?.token ?? null, method, `/client/v4${path}`, body, headers),
    deliver: (path, headers = {}) => fetch(`${baseUrl}${path}`, { headers, redirect: 'manual' }),
  }
}

/** A form with one file and the given text fields. */
export function imageForm(
  bytes: Uint8Array | Blob,
  fields: Record<string, string> = {},
  filename = 'picture.png',
): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', bytes instanceof Blob ? bytes : new Blob([bytes as Uint8Array<ArrayBuffer>]), filename)
  return form
}
