import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

describe.runIf(hasChromium)('in a browser', () => {
  let system: System
  let account: TestAccount
  let browser: Browser
  let page: Page
  let shop: Server

  beforeAll(async () => {
    system = await startSystem()
    account = await system.createAccount('browser')
    await system.api(
      account,
      'POST',
      `/accounts/${account.accountId}/images/v1`,
      imageForm(await drawPng(300, 200), { id: 'card' }),
    )
    // Somebody else's page: another origin, which embeds our images and uses our upload URLs.
    shop = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>shop</title>'),
    )
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    shop?.close()
    await system?.close()
  })

  it('a delivery URL shows the picture, as AVIF', async () => {
    const url = `${system.baseUrl}/${account.accountHash}/card/public`
    const tab = await browser.newPage()
    const response = await tab.goto(url)
    expect(response?.headers()['content-type']).toBe('image/avif')
    const size = await tab.evaluate(() => {
      const image = document.querySelector('img')
      return [image?.naturalWidth, image?.naturalHeight]
    })
    expect(size).toEqual([300, 200])
    await tab.close()
  })
  it('another page embeds it, and may read its pixels', async () => {
    const corners = await page.evaluate(async (src) => {
      const image = new Image()
      image.crossOrigin = 'anonymous'
      image.src = src
      await image.decode()
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight)
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
      context.drawImage(image, 0, 0)
      return [[...context.getImageData(2, 2, 1, 1).data], [...context.getImageData(297, 197, 1, 1).data]]
    }, `${system.baseUrl}/${account.accountHash}/card/public`)
    const [topLeft = [], bottomRight = []] = corners
    expect(Math.max(topLeft[0] as number, topLeft[1] as number)).toBeLessThan(20)
    expect(Math.min(bottomRight[0] as number, bottomRight[1] as number)).toBeGreaterThan(235)
  })
  it('a form on another page uploads straight to the URL it was given', async () => {
    const { body } = await system.api(
      account,
      'POST',
      `/accounts/${account.accountId}/images/v2/direct_upload`,
      new FormData(),
    )
    const bytes = [...(await drawPng(20, 10))]
    const answer = await page.evaluate(
      async ({ uploadURL, bytes }) => {
        const form = new FormData()
        form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png')
        // A custom header makes the browser ask first.
        const response = await fetch(uploadURL, {
          method: 'POST',
          body: form,
          headers: { 'x-requested-with': 'shop' },
        })
        const envelope = (await response.json()) as { result: { variants: string[] } }
        const image = new Image()
        image.src = envelope.result.variants[0] as string
        await image.decode()
        return [response.status, image.naturalWidth, image.naturalHeight]
      },
      { uploadURL: body.result.uploadURL as string, bytes },
    )
    expect(answer).toEqual([200, 20, 10])
  })
})
