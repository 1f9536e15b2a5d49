/** The part of css-tree that is used: it has no types of its own. */
declare module 'css-tree/tokenizer' {
  export function tokenize(source: string, onToken: (type: number, start: number, end: number) => void): void
  export const tokenTypes: {
    readonly Ident: number
    readonly Function: number
    readonly AtKeyword: number
    readonly Hash: number
    readonly String: number
    readonly BadString: number
    readonly Url: number
    readonly BadUrl: number
    readonly Delim: number
    readonly Number: number
    readonly Percentage: number
    readonly Dimension: number
    readonly WhiteSpace: number
    readonly CDO: number
    readonly CDC: number
    readonly Colon: number
    readonly Semicolon: number
    readonly Comma: number
    readonly LeftSquareBracket: number
    readonly RightSquareBracket: number
    readonly LeftParenthesis: number
    readonly RightParenthesis: number
    readonly LeftCurlyBracket: number
    readonly RightCurlyBracket: number
    readonly Comment: number
  }
}
