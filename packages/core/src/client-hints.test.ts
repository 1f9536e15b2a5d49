import { describe, expect, it } from 'vitest'
import { NO_HINTS, parseClientHints, resolveHints } from './client-hints.ts'

const hintsOf = (headers: Readonly<Record<string, string>>) =>
  parseClientHints((name) => headers[name] ?? null)
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15'
const ANDROID = 'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/150 Mobile Safari/537.36'

describe('hints', () => {
  it.each([
    [{}, null],
    [{ 'sec-ch-viewport-width': '500' }, 500],
    [{ 'viewport-width': '500' }, 500],
    [{ 'sec-ch-viewport-width': '400', 'viewport-width': '500' }, 400],
    [{ 'sec-ch-width': '640' }, 640],
    [{ width: '640', 'viewport-width': '900' }, 900],
    [{ 'sec-ch-viewport-width': '0' }, null],
    [{ 'sec-ch-viewport-width': '-1' }, null],
    [{ 'sec-ch-viewport-width': '1e9' }, null],
    [{ 'sec-ch-viewport-width': '9'.repeat(100_000) }, null],
  ])('%j tell of a width of %s', (headers, width) => {
    expect(hintsOf(headers as Record<string, string>).viewportWidth).toBe(width)
  })

  it.each([
    [{}, false],
    [{ rtt: '150' }, false],
    [{ rtt: '151' }, true],
    [{ downlink: '5' }, false],
    [{ downlink: '4.9' }, true],
    [{ downlink: '0' }, true],
    [{ 'save-data': 'on' }, true],
    [{ 'save-data': 'off' }, false],
    [{ ect: '4g' }, false],
    [{ ect: '3g' }, true],
    [{ ect: '2g' }, true],
    [{ ect: 'slow-2g' }, true],
    [{ ect: '4g', rtt: '50', downlink: '10', 'save-data': 'on' }, true],
    [{ rtt: 'fast', downlink: '' }, false],
  ])('%j tell of a slow connection: %s', (headers, isSlow) => {
    expect(hintsOf(headers as Record<string, string>).isSlow).toBe(isSlow)
  })

  it.each([
    ['', 'desktop'],
    [IPHONE, 'mobile'],
    [ANDROID, 'mobile'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 'desktop'],
  ])('%j is a %s', (agent, device) => {
    expect(hintsOf({ 'user-agent': agent }).device).toBe(device)
  })
})

describe('width=auto', () => {
  // Spec transforms §2.3.
  it.each([
    [280, 320],
    [320, 320],
    [321, 768],
    [500, 768],
    [960, 960],
    [1500, 1200],
  ])('on a viewport of %i px is %i px', (viewportWidth, width) => {
    const { options, hints } = resolveHints({ width: 'auto' }, { ...NO_HINTS, viewportWidth })
    expect(options).toEqual({ width })
    expect(hints).toEqual(['viewport'])
  })

  it('takes its own breakpoints, and other widths where no hint tells one', () => {
    const given = { width: 'auto', wbreakpoints: '100;2000', wmobile: 10, wdesktop: 20 } as const
    const widthFor = (client: Partial<typeof NO_HINTS>) =>
      resolveHints(given, { ...NO_HINTS, ...client }).options.width
    expect(widthFor({ viewportWidth: 101 })).toBe(2000)
    expect(widthFor({ device: 'mobile' })).toBe(10)
    expect(widthFor({})).toBe(20)
    expect(resolveHints({ width: 'auto' }, { ...NO_HINTS, device: 'mobile' }).options.width).toBe(768)
    expect(resolveHints({ width: 'auto' }, NO_HINTS).options.width).toBe(1200)
  })

  it('depends on no hint where a number is given', () => {
    const { options, hints } = resolveHints({ width: 5, wmobile: 9 }, NO_HINTS)
    expect(options).toEqual({ width: 5 })
    expect(hints).toEqual([])
  })
})

describe('slow-connection-quality', () => {
  const given = { quality: 80, 'slow-connection-quality': 40 } as const
  it('replaces the quality of slow clients alone, and every answer depends on that', () => {
    expect(resolveHints(given, NO_HINTS)).toEqual({ options: { quality: 80 }, hints: ['network'] })
    const slow = { ...NO_HINTS, isSlow: true }
    expect(resolveHints(given, slow)).toEqual({ options: { quality: 40 }, hints: ['network'] })
    expect(resolveHints({ quality: 80 }, slow)).toEqual({ options: { quality: 80 }, hints: [] })
  })
})
