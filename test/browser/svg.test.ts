import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sanitiseSvg } from '../../packages/svg/src/index.ts'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { HOSTILE_SVGS } from '../support/hostile-svg.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

/** Address of a server in the place of another one. Its length may change: no sample counts bytes. */
function aimAt(svg: string | Uint8Array, base: string): string | Uint8Array {
  const host = new URL(base).host
  const aim = (text: string) => text.replaceAll('__BASE__', base).replaceAll('__HOST__', host)
  if (typeof svg === 'string') return aim(svg)
  const encoding = svg[0] === 0xff ? 'utf-16le' : 'utf-16be'
  const text = aim(new TextDecoder(encoding, { ignoreBOM: true }).decode(svg))
  const bytes = new Uint8Array(text.length * 2)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), encoding === 'utf-16le')
  return bytes
}

async function sanitise(svg: string | Uint8Array): Promise<Uint8Array> {
  const file = Buffer.from(svg as Uint8Array)
  const pieces: Uint8Array[] = []
  for await (const piece of sanitiseSvg(Readable.from([file]), file.length)) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe.runIf(hasChromium)('hostile SVGs in a browser', () => {
  let system: System
  let account: TestAccount
  let browser: Browser
  let outside: Server
  let base: string
  const asked: string[] = []

  beforeAll(async () => {
    system = await startSystem()
    account = await system.createAccount('svg-browser')
    outside = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.setHeader('access-control-allow-origin', '*').end('')
    })
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    outside?.close()
    await system?.close()
  })

  const deliver = async (name: string, svg: string | Uint8Array): Promise<string> => {
    const bytes = Buffer.from(aimAt(svg, base) as Uint8Array)
    const answer = await system.api(
      account,
      'POST',
      `/accounts/${account.accountId}/images/v1`,
      imageForm(bytes, {}, 'a.svg'),
    )
    expect(answer.status, name).toBe(200)
    return answer.body.result.variants[0] as string
  }

  /**
   * Open a document, click through it, and say what it did. The policy that goes with every delivery is taken off, so that
   * the document has to be harmless by itself.
   */
  async function visit(file: string | Uint8Array) {
    const tab = await browser.newPage()
    const requests: string[] = []
    const url = 'http://drawing.example/a.svg'
    await tab.route('**/*', (route) => {
      const wanted = route.request().url()
      if (wanted === url)
        return route.fulfill({ contentType: 'image/svg+xml', body: Buffer.from(file as Uint8Array) })
      requests.push(wanted)
      return route.abort()
    })
    let dialogs = 0
    tab.on('dialog', (dialog) => {
      dialogs += 1
      dialog.dismiss()
    })
    await tab.goto(url).catch(() => {})
    for (const [x, y] of [
      [10, 10],
      [60, 60],
      [90, 90],
    ] as const)
      await tab.mouse.click(x, y).catch(() => {})
    await tab.waitForTimeout(30)
    const ran = await tab.evaluate(
      () => document.documentElement.getAttribute('data-ran') ?? document.title === 'ran',
    )
    const root = await tab.evaluate(
      () => document.documentElement.namespaceURI + document.documentElement.localName,
    )
    const at = tab.url()
    await tab.close()
    return { ran, requests, dialogs, root, at }
  }

  it('would do harm as they come, so that this test can see it', async () => {
    const script = HOSTILE_SVGS.find(({ name }) => name === 'a script') as (typeof HOSTILE_SVGS)[number]
    expect((await visit(aimAt(script.svg, base))).ran).toBe('1')
    const picture = HOSTILE_SVGS.find(({ name }) => name === 'pictures from outside') as typeof script
    expect((await visit(aimAt(picture.svg, base))).requests.length).toBeGreaterThan(0)
  })

  it.each(HOSTILE_SVGS)('$name: nothing runs, is fetched or leads away', async ({ svg }) => {
    const seen = await visit(await sanitise(aimAt(svg, base)))
    expect(seen).toMatchObject({
      ran: false,
      requests: [],
      dialogs: 0,
      root: 'http://www.w3.org/2000/svgsvg',
    })
    expect(seen.at.split('#')[0]).toBe('http://drawing.example/a.svg')
    expect(asked).toEqual([])
  })

  it('a page that embeds a delivered one shows it', async () => {
    const url = await deliver(
      'drawing',
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><style>rect{fill:#00f}</style><rect width="40" height="20"/></svg>',
    )
    const tab = await browser.newPage()
    await tab.goto(base) // a page of another origin
    asked.length = 0
    const shown = await tab.evaluate(async (src) => {
      const image = new Image()
      image.crossOrigin = 'anonymous'
      image.src = src
      await image.decode()
      const context = new OffscreenCanvas(40, 20).getContext('2d') as OffscreenCanvasRenderingContext2D
      context.drawImage(image, 0, 0)
      return [image.naturalWidth, image.naturalHeight, ...context.getImageData(20, 10, 1, 1).data]
    }, url)
    expect(shown).toEqual([40, 20, 0, 0, 255, 255])
    await tab.close()
  })
})
