# pam_oauth2: sign in to Linux with an OpenID provider.
#   make            the module, its helper and pam-oauth2, in build/release
#   make demo       see a login (as root); AUTO=1 plays it by itself
#   make check      every test (as root)
#   make help       the other targets

VERSION := $(shell cat packaging/VERSION)
PREFIX ?= /usr
LIBEXECDIR ?= $(PREFIX)/libexec/pam_oauth2
SBINDIR ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/pam_oauth2
MODULEDIR ?= $(shell packaging/module-dir)
PYTHON ?= /usr/bin/python3
BUILD ?= build
# V=1 shows the commands
Q := $(if $(V),,@)
DESTDIR ?=

WARNINGS := -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes \
    -Wmissing-prototypes -Wundef -Wconversion -Wvla -Wwrite-strings
CPPFLAGS_ALL := -D_GNU_SOURCE -Ipam_oauth2 -DPAM_OAUTH2_VERSION='"$(VERSION)"' \
    -DLIBEXECDIR='"$(LIBEXECDIR)"' -DSYSCONFDIR='"$(SYSCONFDIR)"'
CFLAGS_ALL := -std=gnu17 $(WARNINGS) -fPIC -fvisibility=hidden \
    -fstack-protector-strong -ffunction-sections -fdata-sections -g \
    -fno-strict-aliasing -MMD -MP
HARDEN := -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs,--as-needed,--gc-sections
LIBS := -lcurl -lcjson -lcrypto -lqrencode -lini_config -lcollection -lseccomp

# flavour: release is what is installed; asan is what unit tests run
CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2
CFLAGS_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    -fno-omit-frame-pointer
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_valgrind := -O1
# tests/flow/driver_fail.h, tests/flow/signin_driver.c
LDFLAGS_client_driver := -Wl,--wrap=secret_alloc,--wrap=secret_strdup
LDFLAGS_signin_driver := -Wl,--wrap=audit_write,--wrap=getrandom
# a record that says what the test wants
LDFLAGS_test_binding := -Wl,--wrap=subjects_check,--wrap=subjects_admit
# tests/unit/pin_person_case.h
LDFLAGS_test_pin := -Wl,--wrap=stored_open,--wrap=stored_read \
    -Wl,--wrap=stored_try_pin,--wrap=stored_make_pin,--wrap=stored_lock \
    -Wl,--wrap=stored_keep,--wrap=stored_remove,--wrap=resume_opens \
    -Wl,--wrap=resume_looks,--wrap=resume_renews,--wrap=resume_gives_up
LDFLAGS_test_pin_change := $(LDFLAGS_test_pin)
FLAVOURS := release asan valgrind

CORE_SRC := $(foreach d,base codec net oauth2 login,$(wildcard pam_oauth2/$d/*.c))
HELPER_SRC := $(wildcard pam_oauth2/helper/*.c)
CLI_SRC := $(wildcard pam_oauth2/cli/*.c)
# The module carries no more than this into sshd.
MODULE_SRC := $(wildcard pam_oauth2/module/*.c) $(addprefix pam_oauth2/, \
    base/audit.c base/buf.c base/clock.c base/err.c base/file.c \
    base/log.c base/reason.c base/secret.c \
    base/spawn.c base/strlist.c base/text.c codec/wire.c codec/wire_body.c \
    codec/session.c)
MODULE_MAP := pam_oauth2/module/pam_oauth2.map
UNIT_SRC := $(wildcard tests/unit/test_*.c)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all code objects help deps install demo unit flow vectors pam system \
    browser lint mutants check clean

define FLAVOUR
CORE_$1 := $$(CORE_SRC:%.c=$$(BUILD)/$1/%.o)
HELPER_$1 := $$(HELPER_SRC:%.c=$$(BUILD)/$1/%.o)
CLI_$1 := $$(CLI_SRC:%.c=$$(BUILD)/$1/%.o)
MODULE_$1 := $$(MODULE_SRC:%.c=$$(BUILD)/$1/%.o)

$$(BUILD)/$1/%.o: %.c packaging/VERSION Makefile
	@mkdir -p $$(@D)
	@echo "  $$@"
	$$(Q)$$(CC) $$(CPPFLAGS_ALL) $$(CFLAGS_ALL) $$(CFLAGS_$1) $$(CFLAGS) -c -o $$@ $$<

$$(BUILD)/$1/libpamoauth2-core.a: $$(CORE_$1)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^

$$(BUILD)/$1/pam_oauth2_helper: $$(HELPER_$1) $$(BUILD)/$1/libpamoauth2-core.a
	$$(Q)$$(CC) $$(LDFLAGS_$1) -pie $$(HARDEN) -o $$@ $$^ $$(LIBS)

$$(BUILD)/$1/pam-oauth2: $$(CLI_$1) $$(BUILD)/$1/libpamoauth2-core.a
	$$(Q)$$(CC) $$(LDFLAGS_$1) -pie $$(HARDEN) -o $$@ $$^ $$(LIBS)

$$(BUILD)/$1/pam_oauth2.so: $$(MODULE_$1) $$(MODULE_MAP)
	$$(Q)$$(CC) $$(LDFLAGS_$1) -shared $$(HARDEN) \
	    -Wl,--version-script=$$(MODULE_MAP) -o $$@ $$(MODULE_$1) -lpam

$$(BUILD)/$1/tests/%: $$(BUILD)/$1/tests/%.o $$(BUILD)/$1/libpamoauth2-core.a
	$$(Q)$$(CC) $$(LDFLAGS_$1) $$(LDFLAGS_$$(@F)) -pie -o $$@ \
	    -Wl,--start-group $$^ -Wl,--end-group $$(LIBS) -lcmocka -lpam

$$(BUILD)/$1/tests/flow/signin_driver: \
    $$(filter-out %/main.o,$$(HELPER_$1))

$$(filter $$(BUILD)/$1/tests/unit/test_cli_%,$$(UNIT_SRC:%.c=$$(BUILD)/$1/%)): \
    $$(filter-out %/main.o,$$(CLI_$1))

-include $$(wildcard $$(BUILD)/$1/*/*.d $$(BUILD)/$1/*/*/*.d)
endef
$(foreach f,$(FLAVOURS),$(eval $(call FLAVOUR,$f)))

PROGRAMS := $(addprefix $(BUILD)/release/,pam_oauth2.so pam_oauth2_helper \
    pam-oauth2)
all: $(PROGRAMS)

help:
	@sed -n '/^## /s/^## //p' Makefile
## all      the module, its helper and pam-oauth2
## deps     install what building and testing needs (Debian, as root)
## install  into DESTDIR
## demo     a real login against a real provider on this machine
## check    all tests: lint unit pam flow vectors system browser
## lint, unit                            one suite
## pam, flow, system, browser [K=name]   one suite, or some of its tests
## vectors  the OAuth2 client under ASan, UBSan and valgrind; a count of vectors
## mutants [K=pattern]   break each guard in turn, and see its test go red
## clean    remove the build folder

deps:
	packaging/install-deps

install: all
	install -d $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(MODULEDIR) \
	    $(DESTDIR)$(SBINDIR) \
	    $(DESTDIR)$(SYSCONFDIR)/pam_oauth2 $(DESTDIR)$(SYSUSERSDIR) \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man8 \
	    $(DESTDIR)$(DOCDIR)
	install -m 0755 $(BUILD)/release/pam_oauth2_helper $(DESTDIR)$(LIBEXECDIR)/
	install -m 0755 $(BUILD)/release/pam-oauth2 $(DESTDIR)$(SBINDIR)/
	install -m 0644 $(BUILD)/release/pam_oauth2.so $(DESTDIR)$(MODULEDIR)/
	install -m 0644 $(wildcard pam_oauth2/man/*.5) $(DESTDIR)$(MANDIR)/man5/
	install -m 0644 pam_oauth2/man/*.8 $(DESTDIR)$(MANDIR)/man8/
	install -m 0644 packaging/systemd/sysusers.conf \
	    $(DESTDIR)$(SYSUSERSDIR)/pam_oauth2.conf
	cp -R conf/. $(DESTDIR)$(DOCDIR)/

# What tests/lint/run compiles: the code alone, or every C file.
TEST_SRC := $(wildcard tests/*/*.c)
code: $(CORE_release) $(HELPER_release) $(MODULE_release) $(CLI_release)
objects: code $(TEST_SRC:%.c=$(BUILD)/release/%.o)

STAGE := $(BUILD)/stage
PYTEST := $(PYTHON) -B -m pytest -q -p no:cacheprovider
UNIT_asan := $(UNIT_SRC:%.c=$(BUILD)/asan/%)
UNIT_valgrind := $(UNIT_SRC:%.c=$(BUILD)/valgrind/%)
DRIVERS := $(BUILD)/asan/tests/flow/client_driver \
    $(BUILD)/asan/tests/flow/signin_driver \
    $(addprefix $(BUILD)/release/tests/pam/,driver inject keeper stock)

$(STAGE)/.done: $(PROGRAMS)
	@rm -rf $(STAGE)
	@$(MAKE) --no-print-directory install DESTDIR=$(STAGE) >/dev/null
	@touch $@

demo: deps
	@$(MAKE) --no-print-directory -j2 $(STAGE)/.done
	$(PYTHON) -B tests/system/demo.py $(if $(AUTO),--auto)

unit: $(UNIT_asan) $(UNIT_valgrind)
	tests/unit/run $(BUILD)

flow: $(STAGE)/.done $(DRIVERS)
	$(PYTEST) tests/flow $(if $(K),-k '$(K)')

pam: $(STAGE)/.done $(DRIVERS)
	$(PYTEST) tests/pam $(if $(K),-k '$(K)')

# The demo first: it needs the machine as it is, the others leave it.
DEMO_TEST := tests/system/test_demo.py
SYSTEM_TESTS := $(DEMO_TEST) \
    $(filter-out $(DEMO_TEST),$(wildcard tests/system/test_*.py))

system: $(STAGE)/.done
	$(PYTEST) -s $(SYSTEM_TESTS) $(if $(K),-k '$(K)')

browser: $(STAGE)/.done
	$(PYTEST) -s tests/browser $(if $(K),-k '$(K)')

lint:
	tests/lint/run

# The client's tests in the flavours named: all is in `flow` and `unit` too,
# but for those that drive the client under valgrind.
WITH ?= asan valgrind
vectors: $(foreach f,$(WITH),$(UNIT_$f) $(BUILD)/$f/tests/flow/client_driver)
	$(PYTHON) -B tests/vectors/run.py $(BUILD) $(WITH)

# Not part of `check`: it tests the tests, in some ten minutes.
mutants:
	$(PYTHON) -B tests/mutants/run.py $(if $(K),-k '$(K)')

check: deps
	@$(MAKE) --no-print-directory -j2 $(STAGE)/.done $(DRIVERS) \
	    $(UNIT_asan) $(UNIT_valgrind) \
	    $(BUILD)/valgrind/tests/flow/client_driver
	$(PYTHON) -B tests/check.py

clean:
	rm -rf $(BUILD)
