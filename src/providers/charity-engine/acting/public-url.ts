/**
 * Whether volunteers' machines can fetch this: an absolute http(s) URL without user and password, and without a space, which
 * would end it where it stands beside an image.
 */
export function isPublicUrl(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text) || !/^https?:\/\//i.test(text)) return false;
  try {
    const { username, password } = new URL(text);
    return username === '' && password === '';
  } catch {
    return false;
  }
}
