/** What another Worker, or `pnpm dev`, answers over a service binding. */
export interface Service {
  fetch(request: Request): Promise<Response>
}

/** The bindings of this Worker. */
export interface Env {
  /** `on` shows the page. */
  readonly PLAYGROUND: string
  readonly API: Service
  /** `pnpm dev` alone has it: answers with {@link DevSession}. No deployment knows a token. */
  readonly DEV?: Service
}

/** What `pnpm dev` knows of its demo account. */
export interface DevSession {
  readonly accountId: string
  readonly accountHash: string
  readonly apiToken: string
  /** Absolute URLs of drawn pictures. */
  readonly demoPictures: readonly string[]
}

/** @returns null in a deployment, and while `pnpm dev` still starts */
export async function openDevSession({ DEV }: Env): Promise<DevSession | null> {
  const answer = await DEV?.fetch(new Request('http://dev/session'))
  return answer?.ok === true ? ((await answer.json()) as DevSession) : null
}
