package org.queqiao.simulator.swf;

import java.util.SplittableRandom;

/**
 * Generates workload logs from a published model: Lublin and Feitelson, "The workload on parallel
 * supercomputers: modeling the characteristics of rigid jobs", JPDC 63(11), 2003, with its
 * parameters for all jobs together. Sizes are serial, powers of two or between, from two uniform
 * pieces of their logarithm; run times are two gamma pieces of their logarithm, larger jobs running
 * longer; the hours of the day have weights by a gamma density.
 *
 * <p>The model has no stated time limits and no users. Here a user is drawn for each job, few users
 * having many, and the limit is the next usual time above a random multiple of the run time.
 */
public final class LublinModel {
  private static final double SERIAL = 0.244;
  private static final double POWER_OF_TWO = 0.576;
  private static final double LOWEST_LOG_SIZE = 0.8;
  private static final double MIDDLE_BELOW_HIGHEST = 2.5;
  private static final double LOWER_PIECE = 0.86;
  private static final double SHORT_SHAPE = 4.2;
  private static final double SHORT_SCALE = 0.94;
  private static final double LONG_SHAPE = 312;
  private static final double LONG_SCALE = 0.03;
  private static final double SHORT_SLOPE = -0.0054;
  private static final double SHORT_BASE = 0.78;
  private static final double LONGEST_LOG_RUN = 12;
  private static final double ARRIVAL_SHAPE = 10.2303 * 1.0225;
  private static final double ARRIVAL_SCALE = 0.4871;
  private static final double LONGEST_LOG_GAP = 13;
  private static final double DAY_SHAPE = 8.1737;
  private static final double DAY_SCALE = 3.9631;
  private static final int DAY_BEGINS = 11;
  private static final int BUCKETS = 48;
  private static final int BUCKET_S = 24 * 3600 / BUCKETS;
  private static final int MAX_MULTIPLE = 10;
  private static final long[] USUAL_LIMITS_S = {
    300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 64_800, 86_400, 172_800
  };

  private final SplittableRandom random;
  private final int procs;
  private final int users;
  private final double load;
  private final double[] weight = new double[BUCKETS];
  private double nowS;

  /**
   * A generator.
   *
   * @param seed the same seed gives the same log
   * @param procs processors of the machine, at least 2
   * @param users how many users there are
   * @param load how much faster jobs arrive than in the model; 1 is the model
   */
  public LublinModel(long seed, int procs, int users, double load) {
    this.random = new SplittableRandom(seed);
    this.procs = procs;
    this.users = users;
    this.load = load;
    double sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      double x = i + DAY_BEGINS;
      double density = StrictMath.exp((DAY_SHAPE - 1) * StrictMath.log(x) - x / DAY_SCALE);
      weight[(i + DAY_BEGINS - 1) % BUCKETS] = density;
      sum += density;
    }
    for (int i = 0; i < BUCKETS; i++) {
      weight[i] *= BUCKETS / sum;
    }
  }

  /** So many jobs. */
  public SwfLog generate(int jobs) {
    SwfLog log = new SwfLog();
    log.maxProcs(procs);
    for (int i = 1; i <= jobs; i++) {
      arrive();
      int size = size();
      long run = run(size);
      double pick = random.nextDouble();
      log.add(i, (long) nowS, run, size, size, limit(run), (int) (pick * pick * users));
    }
    return log;
  }

  /** Moves on to the next arrival: a gap is worth more seconds in the quiet hours. */
  private void arrive() {
    double gap;
    do {
      gap = gamma(ARRIVAL_SHAPE, ARRIVAL_SCALE);
    } while (gap > LONGEST_LOG_GAP);
    double left = StrictMath.exp(gap) / load;
    while (left > 0) {
      int bucket = (int) ((long) (nowS / BUCKET_S) % BUCKETS);
      double untilNext = (StrictMath.floor(nowS / BUCKET_S) + 1) * BUCKET_S - nowS;
      double step = Math.min(untilNext, left / weight[bucket]);
      nowS += step;
      left -= step == untilNext ? untilNext * weight[bucket] : left;
    }
  }

  private int size() {
    double kind = random.nextDouble();
    if (kind <= SERIAL) {
      return 1;
    }
    double highest = StrictMath.log(procs) / StrictMath.log(2);
    double middle = Math.max(LOWEST_LOG_SIZE, highest - MIDDLE_BELOW_HIGHEST);
    double logSize =
        random.nextDouble() <= LOWER_PIECE
            ? between(LOWEST_LOG_SIZE, middle)
            : between(middle, highest);
    if (kind <= SERIAL + POWER_OF_TWO) {
      logSize = StrictMath.rint(logSize);
    }
    return (int) Math.clamp(StrictMath.rint(StrictMath.pow(2, logSize)), 1, procs);
  }

  private double between(double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  private long run(int size) {
    double shortOnes = Math.clamp(SHORT_SLOPE * size + SHORT_BASE, 0, 1);
    double logRun;
    do {
      logRun =
          random.nextDouble() <= shortOnes
              ? gamma(SHORT_SHAPE, SHORT_SCALE)
              : gamma(LONG_SHAPE, LONG_SCALE);
    } while (logRun > LONGEST_LOG_RUN);
    return Math.max(1, (long) StrictMath.exp(logRun));
  }

  private long limit(long run) {
    long wish = run + (long) (run * random.nextDouble() * MAX_MULTIPLE);
    for (long usual : USUAL_LIMITS_S) {
      if (usual >= wish) {
        return usual;
      }
    }
    return wish;
  }

  /** A gamma number; Marsaglia and Tsang, ACM TOMS 26(3), 2000; the shape is above 1. */
  private double gamma(double shape, double scale) {
    double d = shape - 1.0 / 3;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = 1 + c * x;
      v = v * v * v;
      if (v > 0
          && StrictMath.log(random.nextDouble()) < x * x / 2 + d - d * v + d * StrictMath.log(v)) {
        return d * v * scale;
      }
    }
  }
}
