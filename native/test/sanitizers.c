/* How the sanitizers behave in launcher and monitor, whose environment is empty. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* Neither can be traced, which the search for leaks needs; a fault ends the process at once. */
const char *__asan_default_options(void) {
    return "detect_leaks=0:abort_on_error=1:handle_segv=0";
}

const char *__ubsan_default_options(void) {
    return "halt_on_error=1:abort_on_error=1:print_stacktrace=1";
}
