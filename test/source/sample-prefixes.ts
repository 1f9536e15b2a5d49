const CANDIDATES = [...'a0A ;"=/<-:.\\\n'].concat('é', '\x01', '\ud800')
const TOKEN =
  /\\(?:u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|\(\?(?:[:=!]|<[=!]|<\w+>)|[()|^$]|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu

/**
 * Texts that bring a matcher to each of an expression's repetitions of no fixed count: before it, and one turn into it. Of
 * alternatives only the first is followed; repetitions of a fixed count are written out.
 */
export function samplePrefixes({ source, flags }: RegExp): string[] {
  const prefixes = new Set([''])
  let text = ''
  let last = { start: 0, piece: '' } // of the last token or group, for the quantifier behind it
  const groups: { start: number; isSkipping: boolean }[] = []
  for (const [token] of source.matchAll(TOKEN)) {
    const group = groups.at(-1)
    if (token === ')') {
      const { start } = groups.pop() as { start: number }
      last = { start, piece: text.slice(start) }
    } else if (token.startsWith('('))
      groups.push({ start: text.length, isSkipping: group?.isSkipping ?? false })
    else if (group?.isSkipping) continue
    else if (token === '|') {
      if (group === undefined) break
      group.isSkipping = true
    } else if (/^[*+]|^\{\d+,/.test(token)) prefixes.add(text.slice(0, last.start)).add(text)
    else if (/^\{\d/.test(token)) text += last.piece.repeat(Number.parseInt(token.slice(1), 10) - 1)
    else if (!/^[?^$]/.test(token)) {
      last = { start: text.length, piece: sampleOf(token, flags) }
      text += last.piece
    }
  }
  return [...prefixes, text]
}

/** A character that a token matches. */
function sampleOf(token: string, flags: string): string {
  const expression = new RegExp(`^${token}$`, flags.replace(/[gy]/g, ''))
  return (
    [token, ...CANDIDATES].find((candidate) => candidate.length === 1 && expression.test(candidate)) ?? ''
  )
}
