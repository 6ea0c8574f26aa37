# Where scripts/lib keeps what it builds or fetches: sets _hikyaku_cache.
if(NOT "$ENV{HIKYAKU_CACHE}" STREQUAL "")
  set(_hikyaku_cache $ENV{HIKYAKU_CACHE})
elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_hikyaku_cache $ENV{XDG_CACHE_HOME}/hikyaku)
else()
  set(_hikyaku_cache $ENV{HOME}/.cache/hikyaku)
endif()
