import { type DrawnRoutes, hashText } from '@tintype/core'

/** The scope of an original that things from other hosts are drawn onto: where they come from is part of it. */
export const withDrawn = async (scope: string, { key }: DrawnRoutes): Promise<string> =>
  key === '' ? scope : `${scope}/${await hashText(key)}`
