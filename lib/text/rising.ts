/** Whether a value of this name is the better the higher it is: an accuracy is, and all else, such as a loss, should fall. */
export function shouldRise(name: string): boolean {
  return /accuracy$/i.test(name);
}
