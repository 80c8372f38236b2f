# What every target shares: language level, warnings, include root, output folders, and three short ways to say
# "a library of ours", "a program of ours" and "a program of unit tests".

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(XM_GEN ${CMAKE_BINARY_DIR}/gen)    # generated headers live in ${XM_GEN}/gen and are included as "gen/x.hpp"
file(MAKE_DIRECTORY ${XM_GEN}/gen)

# A system service belongs into /usr, unless told otherwise; programs and units name files by their full paths.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "Where to install" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

option(XM_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

# Compiles the sources of a library six at a time: most of a small source's time goes into the same headers. Off where
# one changed source should cost one compilation. Folders whose sources share names of helpers opt out.
option(XM_UNITY "Compile several sources of a target at once" OFF)
function(xm_unity target)
    if(XM_UNITY AND NOT XM_NO_UNITY)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)    # sources count as included files here
    endif()
endfunction()

add_library(xm_options INTERFACE)
target_include_directories(xm_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${XM_GEN})
target_compile_options(xm_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# GCC 12 sees overlapping copies in std::string's own operator+ when it optimises (GCC bug 105329).
target_compile_options(xm_options INTERFACE $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>)
# And it loses track of Asio's own operator new for coroutine frames.
target_compile_options(xm_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
target_link_options(xm_options INTERFACE -Wl,--as-needed)    # loading a library that is not used takes time
target_compile_definitions(xm_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_DATE_TIME)
if(XM_SANITIZE)
    target_compile_options(xm_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(xm_options INTERFACE -fsanitize=address,undefined)
endif()

function(xm_library name)
    add_library(${name} STATIC ${ARGN})
    target_link_libraries(${name} PUBLIC xm_options)
    xm_unity(${name})
endfunction()

# Sources that run once, when a program starts, and are mostly headers: readers of options.
function(xm_not_optimised)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -O0)
endfunction()

function(xm_program name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE xm_options)
endfunction()

# xm_unit_test(<folder> <library>...): every tests/unit/<folder>/*_test.cpp in one program, <folder>_test.
function(xm_unit_test folder)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${folder}/*_test.cpp)
    if(sources)
        string(REPLACE "/" "_" name ${folder})
        add_executable(${name}_test ${sources})
        target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
        target_link_libraries(${name}_test PRIVATE xm_test_main ${ARGN})
        target_compile_options(${name}_test PRIVATE -O0)    # nobody waits for a unit test
        xm_unity(${name}_test)
        add_test(NAME unit.${name} COMMAND ${name}_test)
    endif()
endfunction()
