import {
  MAX_TRANSFORMED_ANIMATION_PX,
  MAX_TRANSFORMED_FRAMES,
  type Output,
  type SourceFacts,
} from '@tintype/core'
import { keepsFrames } from './plan-job.ts'

/**
 * Whether an animation is delivered as it came, because there is too much of it to be made anew.
 * Rule: docs/parity.md#animations.
 */
export function isTooLargeToChange(facts: SourceFacts, output: Output): boolean {
  if (output.kind !== 'picture' || !keepsFrames(output, facts)) return false
  const frames = facts.animation?.frames ?? 1
  return facts.width * facts.height * frames > MAX_TRANSFORMED_ANIMATION_PX || frames > MAX_TRANSFORMED_FRAMES
}
