import authenticatedAccess from '../../../examples/transform-via-workers/src/authenticated-access.js'
import authenticatedS3 from '../../../examples/transform-via-workers/src/authenticated-s3.js'
import computeOptions from '../../../examples/transform-via-workers/src/compute-options.js'
import formatByAccept from '../../../examples/transform-via-workers/src/format-by-accept.js'
import hideImageServer from '../../../examples/transform-via-workers/src/hide-image-server.js'
import limitSize from '../../../examples/transform-via-workers/src/limit-size.js'
import loopCheck from '../../../examples/transform-via-workers/src/loop-check.js'
import placeholderOnFailure from '../../../examples/transform-via-workers/src/placeholder-on-failure.js'
import presets from '../../../examples/transform-via-workers/src/presets.js'
import queryParameters from '../../../examples/transform-via-workers/src/query-parameters.js'
import redirectOnFailure from '../../../examples/transform-via-workers/src/redirect-on-failure.js'
import resize from '../../../examples/transform-via-workers/src/resize.js'
import watermark from '../../../examples/transform-via-workers/src/watermark.js'

const EXAMPLES = {
  'authenticated-access': authenticatedAccess,
  'authenticated-s3': authenticatedS3,
  'compute-options': computeOptions,
  'format-by-accept': formatByAccept,
  'hide-image-server': hideImageServer,
  'limit-size': limitSize,
  'loop-check': loopCheck,
  'placeholder-on-failure': placeholderOnFailure,
  presets: presets,
  'query-parameters': queryParameters,
  'redirect-on-failure': redirectOnFailure,
  resize: resize,
  watermark: watermark,
}

export default {
  fetch(request, env, context) {
    return EXAMPLES[request.headers.get('x-example')].fetch(request, env, context)
  },
}
