/* A libpmix of before the version that steps need, for the test of that. */
const char *PMIx_Get_version(void);

const char *PMIx_Get_version(void) {
    return "OpenPMIx 3.2.3";
}
