// Errors in words for people.
import { ApiError } from '../sdk';

export function explain(error: unknown): string {
  if (error instanceof ApiError) return error.detail || error.title || `The server answered with status ${error.status}.`;
  if (error instanceof TypeError) return 'The server cannot be reached. Check your connection, then try again.';
  return error instanceof Error ? error.message : String(error);
}

/** Whether the login token is no longer good, so that only a new login helps. */
export function signedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && !error.foreign;
}
