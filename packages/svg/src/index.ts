export { type Frame, largestSanitised, priceSanitise, sanitiseSvg } from './sanitise-svg.ts'
