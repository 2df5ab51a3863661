/** How long a job is believed to run, learnt from jobs that ended. Knows only plain numbers. */
package org.queqiao.core.predict;
