/** Texts that may hold a URL with a user and a password -> the same without these. */

/** Up to the last @ before a space or a quote: a password may hold an @ that nobody escaped, and a slash. */
const credentials = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"`]*@/gi;

export function withoutCredentials(text: string): string {
  return text.replace(credentials, '$1***@');
}
