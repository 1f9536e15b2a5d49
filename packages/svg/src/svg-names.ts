/** Namespace of SVG. */
export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'
export const XLINK_NAMESPACE = 'http://www.w3.org/1999/xlink'
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * The elements that stay. Whatever is not listed goes with all that it contains: scripts and handlers, `foreignObject`,
 * fonts, media, metadata, editors' own elements.
 */
export const ELEMENTS = words(`
  svg g defs symbol use switch a title desc style
  path rect circle ellipse line polyline polygon image text tspan textPath
  linearGradient radialGradient stop pattern clipPath mask marker filter
  feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
  feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode
  feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
  animate animateColor animateMotion animateTransform mpath set
`)

/** Elements that change an attribute in time: which one is looked at as well. */
export const ANIMATIONS = words('animate animateColor animateMotion animateTransform set')

/** Elements whose characters are shown, or read to somebody; elsewhere characters mean nothing. */
export const TEXTS = words('text title desc')

/** Elements that may name another one of the same document. */
export const REFERRERS = words(`
  a use image feImage linearGradient radialGradient pattern filter textPath mpath
  animate animateColor animateMotion animateTransform set
`)

/** Elements that show a picture. */
export const PICTURES = words('image feImage')

/** Attributes whose values are names or words for people: nothing in them is an address or a function. */
export const PLAIN_ATTRIBUTES = words('id class lang role in in2 result systemLanguage')

/** Attributes that say how an element looks; style sheets and animations may set them too. */
const PRESENTATION = words(`
  alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation color-interpolation-filters
  color-rendering cursor direction display dominant-baseline fill fill-opacity fill-rule filter flood-color
  flood-opacity font font-family font-size font-size-adjust font-stretch font-style font-variant font-weight
  glyph-orientation-horizontal glyph-orientation-vertical image-rendering isolation kerning letter-spacing
  lighting-color marker marker-end marker-mid marker-start mask mask-type mix-blend-mode opacity overflow paint-order
  pointer-events shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-overflow
  text-rendering transform transform-box transform-origin unicode-bidi vector-effect visibility white-space
  word-spacing writing-mode
`)

/** Attributes that say where something is, and what a filter or a gradient does. */
const GEOMETRY = words(`
  x y z width height cx cy r rx ry x1 y1 x2 y2 fx fy fr d points pathLength viewBox preserveAspectRatio dx dy rotate
  textLength lengthAdjust startOffset method spacing side path gradientUnits gradientTransform spreadMethod offset
  patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth
  markerHeight refX refY orient filterUnits primitiveUnits in in2 result mode type values tableValues slope intercept
  amplitude exponent operator k1 k2 k3 k4 order kernelMatrix divisor bias targetX targetY edgeMode kernelUnitLength
  preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent limitingConeAngle azimuth elevation
  pointsAtX pointsAtY pointsAtZ scale xChannelSelector yChannelSelector stdDeviation radius baseFrequency numOctaves
  seed stitchTiles
`)

/** What an animation may set. Not `href`, `style`, `class` or an event. */
export const ANIMATED_ATTRIBUTES: ReadonlySet<string> = new Set([...PRESENTATION, ...GEOMETRY])

/** The attributes that stay, without a namespace; `href` and `style` have rules of their own, and `aria-*` stays too. */
export const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...PRESENTATION,
  ...GEOMETRY,
  ...PLAIN_ATTRIBUTES,
  ...words(`
    tabindex requiredFeatures requiredExtensions media attributeName attributeType from to by keyTimes keySplines
    keyPoints calcMode begin dur end min max repeatCount repeatDur restart additive accumulate origin
  `),
])
