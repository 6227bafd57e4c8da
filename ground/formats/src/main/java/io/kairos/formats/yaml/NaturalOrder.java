package io.kairos.formats.yaml;

import java.util.Comparator;

/**
 * yaml.v3's order of keys: character by character, runs of digits as numbers ({@code a2} before
 * {@code a10}), other characters before letters, upper case before lower.
 */
enum NaturalOrder implements Comparator<String> {
  KEYS;

  @Override
  public int compare(String first, String second) {
    int[] a = first.codePoints().toArray();
    int[] b = second.codePoints().toArray();
    boolean digits = false;
    for (int i = 0; i < a.length && i < b.length; i++) {
      if (a[i] == b[i]) {
        digits = Character.isDigit(a[i]);
        continue;
      }
      boolean letterA = Character.isLetter(a[i]);
      boolean letterB = Character.isLetter(b[i]);
      if (letterA && letterB) {
        return Integer.compare(a[i], b[i]);
      }
      if (letterA || letterB) { // a run of digits that ends here is the smaller number
        return letterA == digits ? -1 : 1;
      }
      return compareNumbers(a, b, i);
    }
    return Integer.compare(a.length, b.length);
  }

  private static int compareNumbers(int[] a, int[] b, int from) {
    long lead = 0;
    if (a[from] == '0' || b[from] == '0') { // zeros inside a number count, leading zeros do not
      for (int j = from - 1; j >= 0 && Character.isDigit(a[j]); j--) {
        if (a[j] != '0') {
          lead = 1;
          break;
        }
      }
    }
    int endA = from;
    long numberA = lead;
    for (; endA < a.length && Character.isDigit(a[endA]); endA++) {
      numberA = numberA * 10 + Character.digit(a[endA], 10);
    }
    int endB = from;
    long numberB = lead;
    for (; endB < b.length && Character.isDigit(b[endB]); endB++) {
      numberB = numberB * 10 + Character.digit(b[endB], 10);
    }
    if (numberA != numberB) {
      return Long.compare(numberA, numberB);
    }
    return endA != endB ? Integer.compare(endA, endB) : Integer.compare(a[from], b[from]);
  }
}
