import { expect, it } from 'vitest'
import { formatColour, parseColour } from './colour.ts'

it.each([
  ['#f00', '#ff0000'],
  ['#F008', '#ff000088'],
  ['#12ab34', '#12ab34'],
  ['#12ab3480', '#12ab3480'],
  ['rebeccapurple', '#663399'],
  ['Transparent', '#00000000'],
  ['rgb(240,40,145)', '#f02891'],
  ['rgb( 240 , 40 , 145 )', '#f02891'],
  ['rgb(0,0,0,0)', '#00000000'],
  ['rgba(255,0,0,0.5)', '#ff000080'],
  ['rgba(255,0,0)', '#ff0000'],
  ['rgb(240 40 145)', '#f02891'],
  ['rgb(240 40 145 / 50%)', '#f0289180'],
  ['rgb(100%, 0%, 0%)', '#ff0000'],
  ['rgb(100% 0% 0% / 0.5)', '#ff000080'],
  ['hsl(0,100%,50%)', '#ff0000'],
  ['hsl(120 100% 50%)', '#00ff00'],
  ['hsla(240,100%,50%,0.25)', '#0000ff40'],
  ['hsl(240deg 100% 50% / 25%)', '#0000ff40'],
  ['rgb(300,-20,0)', '#ff0000'],
  [' red ', '#ff0000'],
])('%s is %s', (text, expected) => {
  const colour = parseColour(text)
  expect(colour && formatColour(colour)).toBe(expected)
})

it.each([
  '',
  '#',
  '#12345',
  'f00',
  '#ggg',
  'reddish',
  'rgb()',
  'rgb(1,2)',
  'rgb(1,2,3,4,5)',
  'rgb(1,2,3',
  'lab(50 20 30)',
  'color(srgb 1 0 0)',
  'constructor',
  `rgb(${' '.repeat(200)}1,2,3)`,
])('%j is no colour', (text) => {
  expect(parseColour(text)).toBeNull()
})

it('writes what it reads', () => {
  for (const text of ['#000000', '#ffffff', '#01020304', '#fefdfc']) {
    expect(formatColour(parseColour(text) ?? { r: 0, g: 0, b: 0, a: 0 })).toBe(text)
  }
})
