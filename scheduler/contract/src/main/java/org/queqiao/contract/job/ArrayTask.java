package org.queqiao.contract.job;

import org.queqiao.contract.id.JobId;

/**
 * Which task of which array a job is.
 *
 * @param array the number of the array
 * @param index the index of the task
 */
public record ArrayTask(JobId array, int index) {
  /**
   * The name of a file of the task: {@code %A} becomes the array and {@code %a} the index; anything
   * else, {@code %%} included, stays for whoever expands the rest.
   */
  public String expand(String pattern) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        out.append(c);
        continue;
      }
      char letter = pattern.charAt(++i);
      switch (letter) {
        case 'A' -> out.append(array);
        case 'a' -> out.append(index);
        default -> out.append('%').append(letter);
      }
    }
    return out.toString();
  }

  /** As Slurm writes it: {@code 12_7}. */
  @Override
  public String toString() {
    return array + "_" + index;
  }
}
