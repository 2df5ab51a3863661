/* What must be right with folders and key before the launcher serves anybody. */
#ifndef QUEQIAO_CHECKS_H
#define QUEQIAO_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the process, which does not run under such conditions. */
_Noreturn void refuse(const char *what, const char *why);

/* Each ends the process with the reason when it is not satisfied. */
void check_data_path(const char *path, bool is_root, bool private_tmp);
void read_public_key(const char *path, uint8_t *key, size_t length);
void read_boot_id(uint8_t *boot_id, size_t length);

#endif
