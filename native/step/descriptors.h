/* How many files a process of a step may have open: it has several for each task and each node. */
#ifndef QUEQIAO_STEP_DESCRIPTORS_H
#define QUEQIAO_STEP_DESCRIPTORS_H

/* As many as the system lets it have. */
void descriptors_raise(void);

/* As many as before the first time that they were raised: tasks are to have what the job has. */
void descriptors_restore(void);

#endif
