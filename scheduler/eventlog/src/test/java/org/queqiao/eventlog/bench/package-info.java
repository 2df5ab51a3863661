/** Measures the log by hand: {@code java org.queqiao.eventlog.bench.AppendBenchmark FOLDER}. */
package org.queqiao.eventlog.bench;
