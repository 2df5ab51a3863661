package org.queqiao.core.predict;

/**
 * Says how long a job is believed to run. Users are dense numbers of the caller; times are whole
 * units of the caller.
 */
public interface RunTimePredictor {
  /**
   * Asked once for each job, at its submission.
   *
   * @param limit the longest it may run
   * @return from 1 to {@code limit}
   */
  long predict(int user, long limit);

  /** A job of a user ended after running for so long. */
  void ended(int user, long run);

  /** Believes what the user states. */
  static RunTimePredictor requested() {
    return new RunTimePredictor() {
      @Override
      public long predict(int user, long limit) {
        return limit;
      }

      @Override
      public void ended(int user, long run) {
        // what ended changes nothing here
      }
    };
  }
}
