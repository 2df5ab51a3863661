import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Estimates pi by throwing darts, on the workers of a Spark cluster. */
public final class Pi {
  private static final int SLICES = 8;
  private static final int DARTS = 250_000;

  private Pi() {}

  public static void main(String[] arguments) {
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("pi"))) {
      List<Integer> seeds = new ArrayList<>();
      for (int i = 0; i < SLICES; i++) {
        seeds.add(i);
      }
      long inside = spark.parallelize(seeds, SLICES).map(Pi::hits).reduce(Integer::sum);
      long workers = spark.parallelize(seeds, SLICES).map(Pi::folder).distinct().count();
      System.out.println(workers + " workers took part");
      System.out.println("pi is about " + 4.0 * inside / ((long) SLICES * DARTS));
    }
  }

  /** Each worker has a folder of its own. */
  private static String folder(int seed) {
    return Path.of("").toAbsolutePath().toString();
  }

  private static int hits(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int inside = 0;
    for (int i = 0; i < DARTS; i++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      inside += x * x + y * y <= 1 ? 1 : 0;
    }
    return inside;
  }
}
