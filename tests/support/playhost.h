/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host for modules that count: its clocks stand still until they are set, and
 * boots and names are what the test says. */
#ifndef ID7_TESTS_PLAYHOST_H
#define ID7_TESTS_PLAYHOST_H

#include <stdint.h>

/* What every module in this process sees from now on: the wall clock and the
 * boot clock in seconds, and a file that stands for the kernel's boot_id. */
void playhost_set(int64_t wall, int64_t boot, const char *boot_id_path);

/* Besides passwd there is one name, "elsewhere", that only the name service
 * knows. */

#endif
