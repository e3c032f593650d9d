/** What readers of data throw about the user's file. */
import { dataUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';

export function unreadable(place: string, reason: string): DiagnosticError {
  return new DiagnosticError([dataUnreadable(place, reason)]);
}
