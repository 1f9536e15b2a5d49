import { createHmac } from 'node:crypto'
import sharp from 'sharp'
import { type Client, imageForm, type TestAccount } from '../../test/support/client.ts'
import { drawPhotograph } from '../photographs.ts'

/** Something that a client or a visitor does. @throws Error when the answer is not what it has to be */
interface Operation {
  readonly name: string
  /** How often it is drawn, beside the others; a whole number. */
  readonly weight: number
  run(): Promise<void>
}

interface StoredImage {
  readonly account: SoakAccount
  readonly id: string
  readonly isPrivate: boolean
}

interface SoakAccount extends TestAccount {
  readonly signingKey: string
  /** Names of the variants that come and go. */
  readonly variants: string[]
}

const ACCOUNTS = 4
/** Images are deleted above this: what is stored does not grow, so nothing that holds it should. */
const MOST_IMAGES = 60
const MOST_VARIANTS = 6
const ACCEPTS = ['image/avif,image/webp,*/*;q=0.5', 'image/webp,*/*;q=0.5', '*/*']

/** Pictures as clients upload them: most of them small, so that many operations fit into a minute. */
async function drawUploads(): Promise<Buffer[]> {
  const picture = sharp(await drawPhotograph(800, 600))
  const small = () => picture.clone().resize(240, 180)
  return Promise.all([
    picture.clone().jpeg({ quality: 85 }).toBuffer(),
    picture.clone().resize(640, 480).jpeg({ quality: 80, progressive: true }).toBuffer(),
    small().png().toBuffer(),
    small().ensureAlpha(0.5).png().toBuffer(),
    small().webp().toBuffer(),
    small().avif({ effort: 2 }).toBuffer(),
  ])
}

export interface Load {
  /** Do one operation, chosen by chance. @returns its name */
  step(): Promise<string>
}

/**
 * A mix of all that is done to a system by its clients and their visitors.
 * @param random numbers from 0 up to 1, not including it
 * @param only names of the operations to draw from, after some uploads; all when absent
 * @throws Error when there is no such operation
 */
export async function createLoad(
  client: Client,
  random: () => number,
  only?: readonly string[],
): Promise<Load> {
  const uploads = await drawUploads()
  const accounts: SoakAccount[] = []
  for (let at = 0; at < ACCOUNTS; at++) accounts.push(await createAccount(client, `soak-${at}`))
  const images: StoredImage[] = []
  let serial = 0

  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const imagesPath = ({ accountId }: SoakAccount) => `/accounts/${accountId}/images`
  async function call(account: SoakAccount, method: string, path: string, body?: FormData | object) {
    const answer = await client.api(account, method, path, body)
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.result
  }
  async function deliver(image: StoredImage, variant: string, query = '') {
    const path = `/${image.account.accountHash}/${image.id}/${variant}${query}`
    const response = await client.deliver(path, { accept: pick(ACCEPTS) })
    const body = await response.arrayBuffer()
    // Another client may have deleted the image meanwhile, or a variant that is not there from the start.
    const isGone = response.status === 404 || (response.status === 403 && variant !== 'public')
    if (!isGone && (response.status !== 200 || body.byteLength === 0))
      throw new Error(`${path}: ${response.status} ${new TextDecoder().decode(body.slice(0, 200))}`)
  }
  const signature = ({ account, id }: StoredImage, variant: string) => {
    const query = `?exp=${Math.floor(Date.now() / 1000) + 600}`
    const path = `/${account.accountHash}/${id}/${variant}${query}`
    return `${query}&sig=${createHmac('sha256', account.signingKey).update(path).digest('hex')}`
  }
  const show = (image: StoredImage, variant: string) =>
    deliver(image, variant, image.isPrivate ? signature(image, variant) : '')

  async function upload(isPrivate: boolean) {
    const account = pick(accounts)
    const fields = isPrivate ? { requireSignedURLs: 'true' } : { id: `soak/${serial++}` }
    const { id } = await call(account, 'POST', `${imagesPath(account)}/v1`, imageForm(pick(uploads), fields))
    images.push({ account, id, isPrivate })
    if (images.length > MOST_IMAGES) await remove()
  }
  async function remove() {
    const image = images.splice(Math.floor(random() * images.length), 1)[0]
    if (image !== undefined)
      await call(image.account, 'DELETE', `${imagesPath(image.account)}/v1/${encodeURIComponent(image.id)}`)
  }
  async function createVariant() {
    const account = pick(accounts)
    const path = `${imagesPath(account)}/v1/variants`
    const id = `soak${serial++}`
    const options = { fit: pick(['scale-down', 'cover', 'pad']), metadata: 'none' }
    await call(account, 'POST', path, {
      id,
      options: { ...options, width: 40 + (serial % 360), height: 200 },
    })
    account.variants.push(id)
    const old = account.variants.length > MOST_VARIANTS ? account.variants.shift() : undefined
    if (old !== undefined) await call(account, 'DELETE', `${path}/${old}`)
  }
  async function uploadDirectly() {
    const account = pick(accounts)
    const { id, uploadURL } = await call(
      account,
      'POST',
      `${imagesPath(account)}/v2/direct_upload`,
      new FormData(),
    )
    const response = await fetch(uploadURL, { method: 'POST', body: imageForm(pick(uploads)) })
    if (response.status !== 200) throw new Error(`${uploadURL}: ${response.status} ${await response.text()}`)
    await response.arrayBuffer()
    images.push({ account, id, isPrivate: false })
    if (images.length > MOST_IMAGES) await remove()
  }
  async function purge() {
    const account = pick(accounts)
    const image = pick(images)
    await call(
      account,
      'POST',
      `/zones/${account.zoneId}/purge_cache`,
      pick([{ purge_everything: true }, { tags: [`image:${image.id}`] }]),
    )
  }
  async function list() {
    const account = pick(accounts)
    await call(account, 'GET', `${imagesPath(account)}/v1`)
  }
  async function beRefused() {
    const response = await client.deliver(`/${pick(accounts).accountHash}/missing/${serial++}/public`)
    const text = await response.text()
    if (response.status !== 404)
      throw new Error(`A missing image was answered with ${response.status} ${text}`)
  }

  const operations: readonly Operation[] = [
    { name: 'deliver hot', weight: 50, run: () => show(pick(images), 'public') },
    {
      name: 'deliver any variant',
      weight: 25,
      run: async () => {
        const image = pick(images)
        await show(image, pick(image.account.variants))
      },
    },
    { name: 'upload', weight: 8, run: () => upload(false) },
    { name: 'upload, private', weight: 4, run: () => upload(true) },
    { name: 'upload, direct', weight: 4, run: uploadDirectly },
    { name: 'variant made and deleted', weight: 4, run: createVariant },
    { name: 'purge', weight: 3, run: purge },
    { name: 'list', weight: 5, run: list },
    { name: 'refused', weight: 4, run: beRefused },
  ]
  const drawn = operations
    .filter(({ name }) => only?.includes(name) ?? true)
    .flatMap((operation) => Array<Operation>(operation.weight).fill(operation))
  if (drawn.length === 0)
    throw new Error(`There is no such operation; there are: ${operations.map(({ name }) => name).join(', ')}`)
  for (let at = 0; at < 2 * ACCOUNTS; at++) {
    await upload(at % 3 === 0)
    await createVariant()
  }
  for (const account of accounts) if (account.variants.length === 0) account.variants.push('public')

  return {
    async step() {
      const operation = pick(drawn)
      await operation.run()
      return operation.name
    },
  }
}

async function createAccount(client: Client, name: string): Promise<SoakAccount> {
  const account = await client.createAccount(name)
  const { body } = await client.api(account, 'GET', `/accounts/${account.accountId}/images/v1/keys`)
  return { ...account, signingKey: body.result.keys[0].value, variants: [] }
}
