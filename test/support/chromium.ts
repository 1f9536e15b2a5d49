import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Debian's, unless CHROMIUM_PATH names another one. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Tests that need a browser are skipped without one. */
export const hasChromium = existsSync(executablePath)
if (!hasChromium) console.log(`skipping what needs a browser: there is no Chromium at ${executablePath}`)

/** A browser without a window, which asks nobody for anything of its own accord. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  })
