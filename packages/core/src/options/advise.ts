import type { ResolvedOptions } from '../client-hints.ts'
import { MAX_DPR } from './dpr.ts'

/**
 * What whoever chose these options should be told, in whole phrases for the `warning` header; usually nothing.
 * Rule: docs/parity.md#warnings.
 */
export const adviseOn = ({ dpr = 1, format }: Pick<ResolvedOptions, 'dpr' | 'format'>): readonly string[] => [
  ...(dpr > MAX_DPR ? [`dpr > ${MAX_DPR} counts as ${MAX_DPR}`] : []),
  ...(format === 'png' ? ['JPEG vs PNG selection is automatic'] : []),
]
