export type { DrawnCounts } from './complexity.ts'
export { formatAttribute, formatText } from './format-xml.ts'
export { type Frame, largestSanitised, priceSanitise, sanitiseSvg } from './sanitise-svg.ts'
