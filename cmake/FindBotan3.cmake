# Finds Botan 3.7 or newer and offers it as Botan::Botan: the system's (pkg-config module botan-3)
# first, else the newest build in the cache folder where scripts/lib/botan.sh puts it.
# Sets Botan3_FOUND, Botan3_VERSION, Botan3_LIBRARY, Botan3_INCLUDE_DIR.
#
# Nothing found is remembered in CMakeCache.txt: the cache folder may be emptied, or hold a newer
# build, the next time this build tree is configured, and looking again costs milliseconds.

set(_botan3_oldest 3.7)
unset(Botan3_VERSION)
unset(Botan3_LIBRARY)
unset(Botan3_INCLUDE_DIR)
set(_botan3_options "")

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
  execute_process(
    COMMAND ${PKG_CONFIG_EXECUTABLE} --exists "botan-3 >= ${_botan3_oldest}"
    RESULT_VARIABLE _botan3_status OUTPUT_QUIET ERROR_QUIET)
  if(_botan3_status EQUAL 0)
    foreach(_botan3_pair "VERSION:--modversion" "INCLUDE_DIR:--variable=includedir"
            "LIBDIR:--variable=libdir")
      string(REPLACE ":" ";" _botan3_pair "${_botan3_pair}")
      list(GET _botan3_pair 0 _botan3_name)
      list(GET _botan3_pair 1 _botan3_question)
      execute_process(
        COMMAND ${PKG_CONFIG_EXECUTABLE} ${_botan3_question} botan-3
        OUTPUT_VARIABLE _botan3_${_botan3_name} OUTPUT_STRIP_TRAILING_WHITESPACE)
    endforeach()
    set(Botan3_VERSION ${_botan3_VERSION})
    set(Botan3_INCLUDE_DIR ${_botan3_INCLUDE_DIR})
    if(NOT EXISTS ${Botan3_INCLUDE_DIR}/botan/tls.h)
      set(Botan3_INCLUDE_DIR ${_botan3_INCLUDE_DIR}/botan-3)
    endif()
    find_library(Botan3_LIBRARY NAMES botan-3 HINTS ${_botan3_LIBDIR} NO_CACHE)
  endif()
endif()

if(NOT Botan3_LIBRARY)
  include(${CMAKE_CURRENT_LIST_DIR}/CacheFolder.cmake)
  # One build per version, compiler and set of options; of equal versions the youngest is current.
  file(GLOB _botan3_folders ${_hikyaku_cache}/botan-*-*)
  foreach(_botan3_folder ${_botan3_folders})
    set(_botan3_archive ${_botan3_folder}/lib/libbotan-3.a)
    if(NOT _botan3_folder MATCHES "/botan-([0-9.]+)-[^/]+$" OR NOT EXISTS ${_botan3_archive})
      continue()
    endif()
    set(_botan3_version ${CMAKE_MATCH_1})
    file(TIMESTAMP ${_botan3_archive} _botan3_age "%s" UTC)
    if(_botan3_version VERSION_LESS _botan3_oldest
       OR (Botan3_LIBRARY AND _botan3_version VERSION_LESS Botan3_VERSION)
       OR (Botan3_LIBRARY AND _botan3_version VERSION_EQUAL Botan3_VERSION
           AND _botan3_age LESS _botan3_youngest))
      continue()
    endif()
    set(Botan3_VERSION ${_botan3_version})
    set(Botan3_LIBRARY ${_botan3_archive})
    set(Botan3_INCLUDE_DIR ${_botan3_folder}/include/botan-3)
    set(_botan3_youngest ${_botan3_age})
  endforeach()
  set(_botan3_options -pthread)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Botan3
  REQUIRED_VARS Botan3_LIBRARY Botan3_INCLUDE_DIR
  VERSION_VAR Botan3_VERSION
  REASON_FAILURE_MESSAGE
    "Botan ${_botan3_oldest} or newer is neither installed nor in the cache folder. Run scripts/test or scripts/start once: they install it, or build it, and everything else.")

if(Botan3_FOUND AND NOT TARGET Botan::Botan)
  add_library(Botan::Botan UNKNOWN IMPORTED)
  set_target_properties(Botan::Botan PROPERTIES
    IMPORTED_LOCATION ${Botan3_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Botan3_INCLUDE_DIR}
    INTERFACE_LINK_OPTIONS "${_botan3_options}")
endif()
