/** What the page knows of where it runs. */
export interface Session {
  /** Null where there is no demo account. */
  readonly accountHash: string | null
  /** Absolute URLs. */
  readonly demoPictures: readonly string[]
  readonly hasAccount: boolean
}

/** An image of the demo account. */
export interface HostedImage {
  readonly id: string
  readonly filename: string | null
}

interface Envelope<T> {
  readonly success?: boolean
  readonly result?: T
  readonly errors?: readonly { readonly message: string }[]
  readonly message?: string
}

const NO_ACCOUNT: Session = { accountHash: null, demoPictures: [], hasAccount: false }

export async function openSession(): Promise<Session> {
  const answer = await fetch('/playground/session').catch(() => null)
  return answer?.ok === true ? ((await answer.json()) as Session) : NO_ACCOUNT
}

/** @throws Error with the API's own sentence */
async function readEnvelope<T>(answer: Response): Promise<T> {
  const { success, result, errors, message } = (await answer.json().catch(() => ({}))) as Envelope<T>
  if (success === true && result !== undefined) return result
  throw new Error(errors?.[0]?.message ?? message ?? `The API answered ${answer.status}`)
}

/** The newest images of the demo account; none where there is no account. */
export async function listImages({ hasAccount }: Session): Promise<readonly HostedImage[]> {
  if (!hasAccount) return []
  const answer = await fetch('/playground/images').catch(() => null)
  if (answer === null) return []
  return (await readEnvelope<{ images: HostedImage[] }>(answer).catch(() => ({ images: [] }))).images
}

/** Lets option lists be used on hosted images. @throws Error with the API's own sentence */
export async function allowFlexibleVariants(): Promise<void> {
  await readEnvelope(await fetch('/playground/flexible-variants', { method: 'POST' }))
}

/** @throws Error with the API's own sentence */
export async function uploadImage(file: File): Promise<HostedImage> {
  const form = new FormData()
  form.append('file', file)
  return readEnvelope(await fetch('/playground/images', { method: 'POST', body: form }))
}
