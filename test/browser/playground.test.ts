import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalWorkers, startLocalWorkers } from '../../scripts/local-workers.ts'
import { drawDrawing } from '../../scripts/option-docs/drawings.ts'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { createClient, type TestAccount } from '../support/client.ts'

const ADMIN_TOKEN = 'playground-administrator'
const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

describe.runIf(hasChromium)('the playground', () => {
  let stateFolder: string
  let workers: LocalWorkers
  let account: TestAccount
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let baseUrl: string
  const requested: string[] = []
  const complaints: string[] = []
  const answers: Promise<string>[] = []

  beforeAll(async () => {
    stateFolder = await mkdtemp(join(tmpdir(), 'tintype-playground-'))
    workers = await startLocalWorkers({
      ...{ stateFolder, adminToken: ADMIN_TOKEN, port: 0 },
      playground: () => ({ ...account, apiToken: account.token, demoPictures: [] }),
    })
    baseUrl = `http://localhost:${workers.port}`
    account = await createClient(baseUrl, ADMIN_TOKEN).createAccount('playground')
    browser = await launchChromium()
    context = await browser.newContext({ viewport: DESK, permissions: ['clipboard-read', 'clipboard-write'] })
    page = await context.newPage()
    page.on('request', (request) => requested.push(request.url()))
    page.on('response', (response) => {
      if (/text|json/.test(response.headers()['content-type'] ?? ''))
        answers.push(response.text().catch(() => ''))
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // A picture that is refused is the point of some of these tests.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        complaints.push(message.text())
    })
    await page.goto(`${baseUrl}/playground`)
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await workers?.close()
    await rm(stateFolder, { recursive: true, force: true })
  })

  /** The result's size, once it is the one of the page's URL. */
  async function shownSize(): Promise<readonly [number, number]> {
    await page.waitForFunction(() => {
      const path = document.querySelector<HTMLElement>('.result')?.dataset.path
      return path !== undefined && document.querySelector('#form-url')?.textContent?.endsWith(path)
    })
    return page
      .locator('.stage img')
      .evaluate((image) => [
        (image as HTMLImageElement).naturalWidth,
        (image as HTMLImageElement).naturalHeight,
      ])
  }
  const note = (kind: 'error' | 'warning') => page.locator(`.notes .${kind}`)
  const field = (name: string) => page.locator(`#option-${name}`)

  it('uploads a file, and offers to allow option lists where they are not', async () => {
    await page.locator('#source-file').setInputFiles({
      ...{ name: 'scene.png', mimeType: 'image/png' },
      buffer: await drawDrawing('scene'),
    })
    await note('error').filter({ hasText: 'ERROR 9429' }).getByRole('button').click()
    expect(await shownSize()).toEqual([640, 427])
    expect(await page.locator('.facts').textContent()).toMatch(/640 × 427 px.*AVIF.*kB.*%/)
    expect(await page.locator('.original-facts').textContent()).toMatch(/^960 × 640 px · PNG · [\d.]+ kB$/)
  })

  it('changes the picture when a slider moves', async () => {
    await page.getByLabel('width, slider').fill('200')
    expect(await shownSize()).toEqual([200, 133])
    expect(await field('width').inputValue()).toBe('200')
  })

  it('copies the URL of exactly the picture that is shown', async () => {
    await page.locator('.form').first().getByRole('button', { name: 'Copy' }).click()
    const isSame = await page.evaluate(async () => {
      const url = await navigator.clipboard.readText()
      const image = document.querySelector<HTMLImageElement>('.stage img')
      const answer = await fetch(url, { headers: { accept: 'image/avif' } })
      const fetched = new Image()
      fetched.src = URL.createObjectURL(await answer.blob())
      await fetched.decode()
      const pixelsOf = (picture: HTMLImageElement): string => {
        const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight)
        const drawing = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
        drawing.drawImage(picture, 0, 0)
        return drawing.getImageData(0, 0, canvas.width, canvas.height).data.join()
      }
      return image !== null && pixelsOf(fetched) === pixelsOf(image)
    })
    expect(isSame).toBe(true)
  })

  it('shows why a value is refused, and the picture before it', async () => {
    await field('blur').evaluate((input) => input.closest('details')?.setAttribute('open', ''))
    await field('blur').fill('300')
    await note('error').waitFor()
    expect(await note('error').textContent()).toMatch(/400.*ERROR 9401.*blur.*from 0 to 250/)
    expect(await page.locator('#option-blur-fault').textContent()).toContain('a number from 0 to 250')
    expect(await page.locator('.result.is-old .stage img').isVisible()).toBe(true)
    await field('blur').fill('much')
    await note('warning').waitFor()
    expect(await note('warning').textContent()).toContain('blur is not a number')
    await page.getByLabel('Take blur away').click()
    await shownSize()
    expect(await note('warning').count()).toBe(0)
  })

  it('takes a point of the original by a click and by keys', async () => {
    await field('fit').selectOption('cover')
    await field('height').fill('200')
    const { width = 0, height = 0 } = (await page.locator('.focal img').boundingBox()) ?? {}
    await page.locator('.focal').click({ position: { x: width * 0.75, y: height / 2 } })
    expect(await page.locator('#option-gravity-text').inputValue()).toMatch(/^0\.7[456]x0\.(5|49|51)$/)
    await page.locator('.focal').focus()
    await page.keyboard.press('ArrowLeft')
    expect(await page.locator('#option-gravity-text').inputValue()).toMatch(/^0\.7[234]x/)
    expect(await shownSize()).toEqual([200, 200])
  })

  it('shows another client another format', async () => {
    await page.locator('label[for=client-base]').click()
    await page.waitForFunction(() => document.querySelector('.facts')?.textContent?.includes('PNG'))
  })

  it('gives the object form and the variant as they are taken', async () => {
    const object = await page.locator('#form-object').textContent()
    expect(object).toMatch(/cf: \{ image: \{.*"fit": "cover".*"gravity": \{.*"x": 0\.7/s)
    const variant = JSON.parse((await page.locator('#form-variant').textContent()) ?? '')
    const client = createClient(baseUrl, ADMIN_TOKEN)
    const path = `/accounts/${account.accountId}/images/v1/variants`
    expect((await client.api(account, 'POST', path, variant)).status).toBe(200)
  })

  it('is found again by its address', async () => {
    await page.reload()
    expect(await shownSize()).toEqual([200, 200])
    expect(await field('fit').inputValue()).toBe('cover')
    expect(await page.locator('#client-base').isChecked()).toBe(true)
  })

  it('has no more width than a phone', async () => {
    await page.setViewportSize(PHONE)
    for (const details of await page.locator('details').all()) {
      await details.evaluate((element) => element.setAttribute('open', ''))
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width)
    await page.setViewportSize(DESK)
  })

  it('names every control', async () => {
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('input, select, button')]
        .filter((control) => !control.labels?.length && !control.ariaLabel && !control.textContent)
        .map((control) => control.outerHTML),
    )
    expect(unnamed).toEqual([])
  })

  it('asks nobody else, breaks no rule of its own, and never sees the token', async () => {
    expect(requested.filter((url) => !/^(?:blob|data):/.test(url) && !url.startsWith(`${baseUrl}/`))).toEqual(
      [],
    )
    expect(complaints).toEqual([])
    expect((await Promise.all(answers)).filter((text) => text.includes(account.token))).toEqual([])
  })

  it('does nothing for a page of another origin', async () => {
    const tab = await context.newPage()
    await tab.goto(`http://127.0.0.1:${workers.port}/healthz`)
    const statuses = await tab.evaluate(async (base) => {
      const ask = (method: string) =>
        fetch(`${base}/playground/images`, { method, mode: 'no-cors' }).then(
          () => 'sent',
          () => 'not sent',
        )
      return [await ask('GET'), await ask('POST')]
    }, baseUrl)
    expect(statuses).toEqual(['sent', 'sent'])
    const list = await createClient(baseUrl, ADMIN_TOKEN).api(
      account,
      'GET',
      `/accounts/${account.accountId}/images/v1`,
    )
    expect(list.body.result.images).toHaveLength(1)
    const asked = await fetch(`${baseUrl}/playground/images`)
    expect(asked.status).toBe(403)
    await tab.close()
  })
})
