/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk under a write log: see disk.h. */
#include "tests/fault/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp.h"

#define PAGE 4096
#define SIZE_MAX_FILE (1u << 25)
#define NODES_MAX 100000
#define FULL 400 /* bytes of a path */

/* A write that is not safe yet, within one page; or a new size. */
struct change {
	bool size;
	size_t at, len;
	const uint8_t *bytes;
};

/* A name in a directory. */
struct entry {
	char text[LOG_NAME];
	struct node *node;
};

/* A change of names that is not safe yet. */
struct rename {
	char from[LOG_NAME]; /* "": `node` gets a name */
	char to[LOG_NAME];   /* "": `from` is unlinked */
	struct node *node;
};

/* A file: safe bytes and changes; or a directory: safe names and changes. */
struct node {
	ino_t number;
	time_t seal; /* of this node of this disk alone */
	bool dir;
	uint8_t *safe;
	size_t len;
	uint32_t version; /* raised when the safe bytes become others */
	struct change *change;
	size_t changes;
	struct entry *entry;
	size_t entries;
	struct rename *rename;
	size_t renames;
};

struct disk {
	bool deaf;
	time_t seals;
	struct node **node; /* [0]: the root */
	size_t nodes;
};

static void
must(bool well, const char *what)
{
	if (!well) {
		perror(what);
		abort();
	}
}

/* Room for one more in an array that grows. */
static void *
grow(void *array, size_t count, size_t size)
{
	if (count % 64 == 0) {
		array = realloc(array, (count + 64) * size);
		must(array != NULL, "realloc");
	}
	return array;
}

static struct node *
node_of(const struct disk *disk, ino_t number)
{
	/* A number is used again when its file is gone: the latest counts. */
	for (size_t i = disk->nodes; i-- > 0;)
		if (disk->node[i]->number == number)
			return disk->node[i];
	return NULL;
}

static struct node *
node_make(struct disk *disk, ino_t number, bool dir)
{
	struct node *node = calloc(1, sizeof *node);

	must(node != NULL, "calloc");
	node->number = number;
	node->dir = dir;
	node->seal = disk->seals + (time_t)disk->nodes;
	must(disk->nodes < NODES_MAX, "nodes");
	disk->node = grow(disk->node, disk->nodes, sizeof(struct node *));
	disk->node[disk->nodes++] = node;
	return node;
}

static void
entry_set(struct entry **entry, size_t *count, const char *text,
	  struct node *node)
{
	size_t i = 0;

	while (i < *count && strcmp((*entry)[i].text, text) != 0)
		i++;
	if (i == *count) {
		*entry = grow(*entry, *count, sizeof **entry);
		snprintf((*entry)[(*count)++].text, sizeof(*entry)->text, "%s",
			 text);
	}
	(*entry)[i].node = node;
}

/* --- what is there to begin with --- */

static void
read_file(struct node *file, int dirfd, const char *name, size_t size)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	file->safe = malloc(size + 1);
	file->len = size;
	must(fd >= 0 && file->safe != NULL &&
		     read(fd, file->safe, size) == (ssize_t)size,
	     name);
	close(fd);
}

static void
read_dir(struct disk *disk, struct node *dir, int fd)
{
	DIR *stream = fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	must(stream != NULL, "fdopendir");
	while ((entry = readdir(stream)) != NULL) {
		const char *name = entry->d_name;
		struct node *node;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		must(fstatat(fd, name, &st, 0) == 0 && strlen(name) < LOG_NAME,
		     name);
		node = node_make(disk, st.st_ino, S_ISDIR(st.st_mode));
		entry_set(&dir->entry, &dir->entries, name, node);
		if (node->dir)
			read_dir(disk, node,
				 openat(fd, name,
					O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		else
			read_file(node, fd, name, (size_t)st.st_size);
	}
	closedir(stream);
}

struct disk *
disk_make(const char *path, bool deaf)
{
	static time_t disks;
	struct disk *disk = calloc(1, sizeof *disk);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	must(disk != NULL && fd >= 0 && fstat(fd, &st) == 0, path);
	disk->deaf = deaf;
	disk->seals = ++disks * NODES_MAX;
	read_dir(disk, node_make(disk, st.st_ino, true), fd);
	return disk;
}

void
disk_free(struct disk **disk)
{
	for (size_t i = 0; i < (*disk)->nodes; i++) {
		struct node *node = (*disk)->node[i];

		free(node->safe);
		free(node->change);
		free(node->entry);
		free(node->rename);
		free(node);
	}
	free((*disk)->node);
	free(*disk);
	*disk = NULL;
}

/* --- what happens --- */

static void
change_add(struct node *file, struct change change)
{
	file->change = grow(file->change, file->changes, sizeof change);
	file->change[file->changes++] = change;
}

static void
write_add(struct node *file, const struct log_event *event)
{
	size_t done = 0;

	while (done < event->len) {
		size_t at = (size_t)event->at + done;
		size_t part = PAGE - at % PAGE;

		if (part > event->len - done)
			part = event->len - done;
		change_add(file, (struct change){.at = at,
						 .len = part,
						 .bytes = event->bytes + done});
		done += part;
	}
}

/* Applies one change to bytes that have room for it. */
static void
change_apply(const struct change *change, uint8_t *bytes, size_t *len)
{
	size_t end = change->at + (change->size ? 0 : change->len);

	must(end <= SIZE_MAX_FILE, "a file of a test");
	if (end > *len)
		memset(bytes + *len, 0, end - *len);
	if (!change->size)
		memcpy(bytes + change->at, change->bytes, change->len);
	if (end > *len || change->size)
		*len = end;
}

static size_t
room_for(const struct node *file)
{
	size_t room = file->len;

	for (size_t i = 0; i < file->changes; i++) {
		const struct change *c = &file->change[i];

		if (c->at + c->len > room)
			room = c->at + c->len;
	}
	return room;
}

static void
rename_apply(const struct rename *r, struct entry **entry, size_t *count)
{
	struct node *node = r->node;

	if (r->from[0] != '\0') {
		for (size_t i = 0; i < *count; i++)
			if (strcmp((*entry)[i].text, r->from) == 0)
				node = (*entry)[i].node;
		entry_set(entry, count, r->from, NULL);
	}
	if (r->to[0] != '\0')
		entry_set(entry, count, r->to, node);
}

static void
node_sync(struct node *node)
{
	for (size_t i = 0; i < node->renames; i++)
		rename_apply(&node->rename[i], &node->entry, &node->entries);
	node->renames = 0;
	if (node->changes == 0)
		return;
	node->safe = realloc(node->safe, room_for(node) + 1);
	must(node->safe != NULL, "realloc");
	for (size_t i = 0; i < node->changes; i++)
		change_apply(&node->change[i], node->safe, &node->len);
	node->changes = 0;
	node->version++;
}

static void
name_event(struct disk *disk, const struct log_event *event)
{
	struct node *dir = event->dir == 0 ? NULL : node_of(disk, event->dir);
	struct node *made = NULL;
	struct rename *r;

	if (event->kind == LOG_CREATE || event->kind == LOG_MKDIR)
		made = node_make(disk, event->file, event->kind == LOG_MKDIR);
	if (dir == NULL)
		return;
	dir->rename = grow(dir->rename, dir->renames, sizeof *r);
	r = &dir->rename[dir->renames++];
	memset(r, 0, sizeof *r);
	r->node = made;
	memcpy(made == NULL ? r->from : r->to, event->name, sizeof r->to);
	if (event->kind == LOG_RENAME)
		memcpy(r->to, event->to_name, sizeof r->to);
}

void
disk_apply(struct disk *disk, const struct log_event *event)
{
	struct node *node = node_of(disk, event->file);

	switch (event->kind) {
	case LOG_CREATE:
	case LOG_MKDIR:
	case LOG_RENAME:
	case LOG_UNLINK:
		name_event(disk, event);
		break;
	case LOG_WRITE:
		if (node != NULL)
			write_add(node, event);
		break;
	case LOG_SIZE:
		if (node != NULL)
			change_add(node,
				   (struct change){.size = true,
						   .at = (size_t)event->at});
		break;
	case LOG_SYNC:
		if (node != NULL && !disk->deaf)
			node_sync(node);
		break;
	case LOG_SYNC_ALL:
		for (size_t i = 0; i < disk->nodes && !disk->deaf; i++)
			node_sync(disk->node[i]);
		break;
	case LOG_MARK:
		break;
	}
}

bool
disk_dirty(const struct disk *disk)
{
	for (size_t i = 0; i < disk->nodes; i++)
		if (disk->node[i]->changes > 0 || disk->node[i]->renames > 0)
			return true;
	return false;
}

/* --- what is left --- */

/* How many of the page's changes arrived: the first ones, never a middle one
 * alone, for a page is written out as it stands. */
static bool
arrived(const struct node *file, size_t which, enum disk_cut cut,
	const uint32_t *dice)
{
	size_t page = file->change[which].at / PAGE;
	size_t before = 0, all = 0;

	if (cut != DISK_SOME)
		return cut == DISK_EVERYTHING;
	for (size_t i = 0; i < file->changes; i++)
		if (file->change[i].at / PAGE == page) {
			before += i < which;
			all++;
		}
	return before < dice[page % 64] % (all + 1);
}

static uint8_t *
file_bytes(const struct node *file, enum disk_cut cut, struct random *random,
	   size_t *ret_len)
{
	uint8_t *bytes = calloc(1, room_for(file) + 1);
	size_t len = file->len;
	uint32_t dice[64];

	must(bytes != NULL, "calloc");
	if (len > 0)
		memcpy(bytes, file->safe, len);
	for (size_t i = 0; i < 64; i++)
		dice[i] = (uint32_t)random_bits(random);
	for (size_t i = 0; i < file->changes; i++)
		if (arrived(file, i, cut, dice))
			change_apply(&file->change[i], bytes, &len);
	/* The size may have arrived before the bytes. */
	if (cut == DISK_SOME && len < room_for(file) &&
	    random_once_in(random, 2))
		len = room_for(file);
	*ret_len = len;
	return bytes;
}

/* What was put here before and not touched since bears this moment, long ago.
 */
static struct timespec
seal_of(const struct node *file)
{
	return (struct timespec){file->seal, (long)file->version};
}

static bool
stands(const struct node *file, const char *path)
{
	const struct timespec seal = seal_of(file);
	struct stat st;

	return file->changes == 0 && lstat(path, &st) == 0 &&
	       S_ISREG(st.st_mode) && st.st_mtim.tv_sec == seal.tv_sec &&
	       st.st_mtim.tv_nsec == seal.tv_nsec;
}

static void
file_put(const struct node *file, enum disk_cut cut, struct random *random,
	 const char *path)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, seal_of(file)};
	uint8_t *bytes;
	size_t len;
	int fd;

	if (stands(file, path))
		return;
	bytes = file_bytes(file, cut, random, &len);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, path);
	must(file->changes > 0 || futimens(fd, times) == 0, path);
	close(fd);
	free(bytes);
}

static void
remove_tree(const char *path)
{
	struct temp tree;

	must(strlen(path) < sizeof tree.dir || unlink(path) == 0, path);
	if (strlen(path) >= sizeof tree.dir)
		return;
	snprintf(tree.dir, sizeof tree.dir, "%s", path);
	temp_remove(&tree);
}

/* Whatever has no name here goes, and what is of another kind. */
static void
clear_others(const char *path, const struct entry *entry, size_t count)
{
	DIR *stream = opendir(path);
	struct dirent *there;
	char full[FULL];
	struct stat st;
	size_t i;

	must(stream != NULL, path);
	while ((there = readdir(stream)) != NULL) {
		if (strcmp(there->d_name, ".") == 0 ||
		    strcmp(there->d_name, "..") == 0)
			continue;
		snprintf(full, sizeof full, "%s/%s", path, there->d_name);
		for (i = 0; i < count; i++)
			if (entry[i].node != NULL &&
			    strcmp(entry[i].text, there->d_name) == 0)
				break;
		must(lstat(full, &st) == 0, full);
		if (i == count || entry[i].node->dir != S_ISDIR(st.st_mode))
			remove_tree(full);
	}
	closedir(stream);
}

static void
dir_put(const struct node *dir, enum disk_cut cut, struct random *random,
	const char *path)
{
	size_t count = dir->entries, arrive = 0;
	size_t room = (count + dir->renames * 2 + 64) / 64 * 64 + 64;
	struct entry *entry = calloc(room, sizeof *entry);
	char full[FULL];

	must(entry != NULL, "calloc");
	if (count > 0)
		memcpy(entry, dir->entry, count * sizeof *entry);
	if (cut == DISK_EVERYTHING)
		arrive = dir->renames;
	else if (cut == DISK_SOME)
		arrive = random_below(random, (uint32_t)dir->renames + 1);
	for (size_t i = 0; i < arrive; i++)
		rename_apply(&dir->rename[i], &entry, &count);
	clear_others(path, entry, count);
	for (size_t i = 0; i < count; i++) {
		if (entry[i].node == NULL)
			continue;
		snprintf(full, sizeof full, "%s/%s", path, entry[i].text);
		if (!entry[i].node->dir) {
			file_put(entry[i].node, cut, random, full);
			continue;
		}
		must(mkdir(full, 0700) == 0 || errno == EEXIST, full);
		dir_put(entry[i].node, cut, random, full);
	}
	free(entry);
}

void
disk_cut(const struct disk *disk, enum disk_cut cut, struct random *random,
	 const char *path)
{
	dir_put(disk->node[0], cut, random, path);
}
