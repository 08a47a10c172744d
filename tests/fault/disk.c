/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk under a write log: see disk.h. */
#include "tests/fault/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 512
#define CHANGES 4096
#define PAGE 4096
#define SIZE_MAX_FILE (1u << 25)

/* A write that is not safe yet, within one page; or a new size. */
struct change {
	bool size;
	size_t at, len;
	const uint8_t *bytes;
};

struct file {
	ino_t number;
	uint8_t *safe;
	size_t len;
	struct change *change;
	size_t changes;
	bool touched;
};

struct name {
	ino_t dir;
	char text[64];
	struct file *file; /* NULL: there is none of this name */
	bool touched;
};

/* A change of names that is not safe yet. */
struct rename {
	ino_t dir;
	char from[64]; /* "": `file` is made */
	char to[64];   /* "": `from` is unlinked */
	struct file *file;
};

struct disk {
	bool deaf;
	ino_t root, shards; /* the store's directory, and the one in it */
	char shards_name[64];
	struct file file[FILES];
	size_t files;
	struct name name[FILES];
	size_t names;
	struct rename rename[CHANGES];
	size_t renames;
};

static void
must(bool well, const char *what)
{
	if (!well) {
		perror(what);
		abort();
	}
}

static struct file *
file_of(struct disk *disk, ino_t number)
{
	/* A number is used again when its file is gone: the latest counts. */
	for (size_t i = disk->files; i-- > 0;)
		if (disk->file[i].number == number)
			return &disk->file[i];
	return NULL;
}

static struct file *
file_make(struct disk *disk, ino_t number)
{
	struct file *file = &disk->file[disk->files++];

	must(disk->files <= FILES, "files");
	memset(file, 0, sizeof *file);
	file->number = number;
	return file;
}

static struct name *
name_of(struct name *names, size_t *count, ino_t dir, const char *text)
{
	for (size_t i = 0; i < *count; i++)
		if (names[i].dir == dir && strcmp(names[i].text, text) == 0)
			return &names[i];
	must(*count < FILES, "names");
	names[*count] = (struct name){.dir = dir};
	snprintf(names[*count].text, sizeof names[*count].text, "%s", text);
	return &names[(*count)++];
}

static void
read_file(struct file *file, int dirfd, const char *name, size_t size)
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
read_dir(struct disk *disk, int fd, ino_t dir)
{
	DIR *stream = fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	must(stream != NULL, "fdopendir");
	while ((entry = readdir(stream)) != NULL) {
		must(fstatat(fd, entry->d_name, &st, 0) == 0, entry->d_name);
		if (S_ISREG(st.st_mode)) {
			struct file *file = file_make(disk, st.st_ino);

			read_file(file, fd, entry->d_name, (size_t)st.st_size);
			name_of(disk->name, &disk->names, dir, entry->d_name)
				->file = file;
		} else if (entry->d_name[0] == 'g') {
			snprintf(disk->shards_name, sizeof disk->shards_name,
				 "%.60s", entry->d_name);
			disk->shards = st.st_ino;
			read_dir(disk,
				 openat(fd, entry->d_name,
					O_RDONLY | O_DIRECTORY | O_CLOEXEC),
				 st.st_ino);
		}
	}
	closedir(stream);
}

struct disk *
disk_make(const char *path, bool deaf)
{
	struct disk *disk = calloc(1, sizeof *disk);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	must(disk != NULL && fd >= 0 && fstat(fd, &st) == 0, path);
	disk->deaf = deaf;
	disk->root = st.st_ino;
	read_dir(disk, fd, disk->root);
	return disk;
}

void
disk_free(struct disk **disk)
{
	for (size_t i = 0; i < (*disk)->files; i++) {
		free((*disk)->file[i].safe);
		free((*disk)->file[i].change);
	}
	free(*disk);
	*disk = NULL;
}

static void
change_add(struct file *file, struct change change)
{
	if (file->changes % 64 == 0) {
		file->change = realloc(file->change,
				       (file->changes + 64) * sizeof change);
		must(file->change != NULL, "realloc");
	}
	file->change[file->changes++] = change;
	file->touched = true;
}

static void
write_add(struct file *file, const struct log_event *event)
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
room_for(const struct file *file)
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
file_sync(struct file *file)
{
	if (file->changes == 0)
		return;
	file->safe = realloc(file->safe, room_for(file) + 1);
	must(file->safe != NULL, "realloc");
	for (size_t i = 0; i < file->changes; i++)
		change_apply(&file->change[i], file->safe, &file->len);
	file->changes = 0;
}

static void
rename_apply(const struct rename *r, struct name *names, size_t *count)
{
	struct file *file = r->file;

	if (r->from[0] != '\0') {
		struct name *from = name_of(names, count, r->dir, r->from);

		file = from->file;
		from->file = NULL;
		from->touched = true;
	}
	if (r->to[0] != '\0') {
		struct name *to = name_of(names, count, r->dir, r->to);

		to->file = file;
		to->touched = true;
	}
}

static void
names_sync(struct disk *disk)
{
	for (size_t i = 0; i < disk->renames; i++)
		rename_apply(&disk->rename[i], disk->name, &disk->names);
	disk->renames = 0;
}

static struct rename *
rename_add(struct disk *disk, ino_t dir)
{
	struct rename *r = &disk->rename[disk->renames++];

	must(disk->renames <= CHANGES, "renames");
	memset(r, 0, sizeof *r);
	r->dir = dir;
	return r;
}

static void
name_event(struct disk *disk, const struct log_event *event)
{
	struct rename *r;

	if (event->dir != disk->root && event->dir != disk->shards)
		return;
	r = rename_add(disk, event->dir);
	if (event->kind == LOG_CREATE) {
		r->file = file_make(disk, event->file);
		r->file->touched = true;
		memcpy(r->to, event->name, sizeof r->to);
		return;
	}
	memcpy(r->from, event->name, sizeof r->from);
	if (event->kind == LOG_RENAME)
		memcpy(r->to, event->to_name, sizeof r->to);
}

void
disk_apply(struct disk *disk, const struct log_event *event)
{
	struct file *file = file_of(disk, event->file);

	switch (event->kind) {
	case LOG_CREATE:
	case LOG_RENAME:
	case LOG_UNLINK:
		name_event(disk, event);
		break;
	case LOG_WRITE:
		if (file != NULL)
			write_add(file, event);
		break;
	case LOG_SIZE:
		if (file != NULL)
			change_add(file,
				   (struct change){.size = true,
						   .at = (size_t)event->at});
		break;
	case LOG_SYNC:
		if (file != NULL && !disk->deaf)
			file_sync(file);
		if (!disk->deaf &&
		    (event->file == disk->root || event->file == disk->shards))
			names_sync(disk);
		break;
	case LOG_SYNC_ALL:
		for (size_t i = 0; i < disk->files && !disk->deaf; i++)
			file_sync(&disk->file[i]);
		if (!disk->deaf)
			names_sync(disk);
		break;
	case LOG_MARK:
		break;
	}
}

void
disk_expect(struct disk *disk, const struct log_event *event)
{
	struct file *file = file_of(disk, event->file);

	if (file != NULL && event->kind != LOG_CREATE)
		file->touched = true;
	if (event->dir != disk->root && event->dir != disk->shards)
		return;
	name_of(disk->name, &disk->names, event->dir, event->name)->touched =
		true;
	if (event->kind == LOG_RENAME)
		name_of(disk->name, &disk->names, event->dir, event->to_name)
			->touched = true;
}

bool
disk_dirty(const struct disk *disk)
{
	for (size_t i = 0; i < disk->files; i++)
		if (disk->file[i].changes > 0)
			return true;
	return disk->renames > 0;
}

/* How many of the page's changes arrived: the first ones, never a middle one
 * alone, for a page is written out as it stands. */
static bool
arrived(const struct file *file, size_t which, enum disk_cut cut,
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

static void
file_put(const struct file *file, enum disk_cut cut, struct random *random,
	 const char *path)
{
	uint8_t *bytes = calloc(1, room_for(file) + 1);
	size_t len = file->len;
	uint32_t dice[64];
	int fd;

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
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, path);
	close(fd);
	free(bytes);
}

void
disk_cut(const struct disk *disk, enum disk_cut cut, struct random *random,
	 const char *path)
{
	static struct name names[FILES];
	size_t count = disk->names, arrive = 0;
	char full[300];

	memcpy(names, disk->name, sizeof names);
	if (cut == DISK_EVERYTHING)
		arrive = disk->renames;
	else if (cut == DISK_SOME)
		arrive = random_below(random, (uint32_t)disk->renames + 1);
	for (size_t i = 0; i < arrive; i++)
		rename_apply(&disk->rename[i], names, &count);
	for (size_t i = 0; i < count; i++) {
		const struct file *file = names[i].file;
		bool in_root = names[i].dir == disk->root;

		if (!names[i].touched && (file == NULL || !file->touched))
			continue;
		snprintf(full, sizeof full, "%s/%s%s%s", path,
			 in_root ? "" : disk->shards_name, in_root ? "" : "/",
			 names[i].text);
		if (file == NULL)
			(void)unlink(full);
		else
			file_put(file, cut, random, full);
	}
}
