/** Names that nobody should give, for tests of what becomes of them. */
export const HOSTILE: readonly string[] = [
  `a" URL="javascript:window.__hacked=1`,
  `<img src=x onerror="window.__hacked=2">`,
  `</script><script>window.__hacked=3</script>`,
  `</text></svg><svg onload="window.__hacked=4">`,
  `<a href="javascript:window.__hacked=5">link</a>`,
  `<s>struck</s> <b>bold</b> &lt; &amp;amp; &#60;`,
  `]]> <!-- ' " \\ \\N \\l {x|y} -->`,
  `$\\href{javascript:window.__hacked=6}{x}$ %{x} %{customdata}`,
  `'"><svg/onload=window.__hacked=7>`,
  `"], window.__hacked=8, ["`,
  `__proto__`,
  `toString`,
  `if`,
];

/** What a terminal would obey, XML refuses, or a line of a script ends with. */
export const CONTROLS =
  "nul\0 escape\x1b[31m csi\x9b31m title\x1b]0;hacked\x07 line\u2028 turned\u202e half\ud83d none\ufffe";

/** The same as it is shown. */
export const CONTROLS_SHOWN =
  "nul␀ escape␛[31m csi\ufffd31m title␛]0;hacked␇ line  turned\ufffd half\ufffd none\ufffd";
