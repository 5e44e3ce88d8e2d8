import { ResponseError } from '@platformatic/kafka'

/**
 * The answer to a request, also where it holds error codes: the library rejects such an answer as a whole, but hands
 * it over, and one partition's error is no reason not to hear about the others.
 */
export async function answerOf<T extends object>(request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    // Out of the same parser, which looks at the error codes last
    if (error instanceof ResponseError && hasTopics(error)) return error.response as T
    throw error
  }
}

function hasTopics(error: object): error is { readonly response: object } {
  if (!('response' in error)) return false
  const { response } = error
  return typeof response === 'object' && response !== null && 'topics' in response
}
