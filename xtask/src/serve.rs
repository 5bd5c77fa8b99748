//! `cargo xtask serve`: the page on this machine.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::Child;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::package::{CPU, CPU_RELAXED, Package, WEBGPU};
use crate::project::Project;
use crate::{NeedsAction, flags, process, setup, site};

/// Serves the page with the CPU package, builds the others behind it, and runs until it is ended.
pub fn run(project: &Project, flags: &flags::Serve) -> Result<()> {
    let address = flags.address.as_deref().unwrap_or("127.0.0.1");
    let address: IpAddr = parse("--address", "an IP address such as 127.0.0.1", address)?;
    let port = flags.port.as_deref().unwrap_or("8080");
    let port: NonZeroU16 = parse("--port", "a number from 1 to 65535", port)?;
    let mut socket = SocketAddr::new(address, port.get());
    check_is_free(socket)?;

    setup::for_site(project)?;
    CPU.build(project, CPU.release)?;
    let mut behind = Vec::new();
    for package in [&CPU_RELAXED, &WEBGPU] {
        if !package.is_current(project)? {
            // The page must not run it beside a newer CPU package.
            package.remove(project)?;
            behind.push(package);
        }
    }
    behind.retain(|package| !flags.cpu_only || package.name != WEBGPU.name);
    project.write_pending(&behind)?;

    let trunk = site::trunk(project, "serve", &project.target.join("served-site"));
    let trunk = trunk.args([format!("--address={address}"), format!("--port={port}")]);
    // Without its service worker, which would show an earlier build.
    let trunk = trunk.arg("--quiet").env("THIMBLE_SERVE", "1");
    let mut trunk = process::spawn(trunk.into())?;
    if address.is_unspecified() {
        socket.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    wait_for_page(&mut trunk, socket)?;
    println!("Thimble is served on http://{socket}/ (Ctrl-C ends it)");
    let background = project.clone();
    background.wasm.set_var("CARGO_TERM_QUIET", "true");
    thread::spawn(move || build_behind(&background, &behind));
    bail!("trunk ended with {}", process::wait(&mut trunk)?)
}

/// Builds packages while the page is served, which takes each up or stops waiting for it.
fn build_behind(project: &Project, packages: &[&Package]) {
    for (index, package) in packages.iter().enumerate() {
        eprintln!("{} package: building", package.name);
        let built = package.build(project, package.release);
        match built.and(project.write_pending(&packages[index + 1..])) {
            Ok(()) => eprintln!("{} package: built; the page takes it up", package.name),
            Err(error) => eprintln!("error: {error:#}\nThe page continues without it."),
        }
    }
}

fn parse<T: FromStr>(option: &str, what: &str, text: &str) -> Result<T> {
    let error = || NeedsAction::new(format!("{option} must be {what}, found `{text}`"));
    text.parse().ok().with_context(error)
}

/// An error before anything is built if the address cannot be listened on.
fn check_is_free(address: SocketAddr) -> Result<()> {
    let Err(error) = TcpListener::bind(address) else {
        return Ok(());
    };
    let why = match error.kind() {
        ErrorKind::AddrInUse => "another program uses the port".to_owned(),
        ErrorKind::PermissionDenied => "the port is reserved for root".to_owned(),
        ErrorKind::AddrNotAvailable => "this machine does not have the address".to_owned(),
        _ => error.to_string(),
    };
    bail!(NeedsAction::new(format!(
        "cannot listen on {address}: {why}; choose another, as in `cargo xtask serve --port 9000`"
    )))
}

/// Waits until the page itself is served, not only until the port is open.
fn wait_for_page(trunk: &mut Child, address: SocketAddr) -> Result<()> {
    let mut answer = "nothing".to_owned();
    // Trunk bundles and copies for some seconds.
    let end = Instant::now() + Duration::from_secs(120);
    while Instant::now() < end {
        if let Some(status) = trunk.try_wait()? {
            bail!("trunk ended with {status} before it served the page; its output is above");
        }
        answer = request(address).unwrap_or(answer);
        if answer.contains(" 200 ") {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("trunk must serve the page within 2 minutes, but answered `{answer}`")
}

/// The status line of the page.
fn request(address: SocketAddr) -> Result<String> {
    let timeout = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
    let line = BufReader::new(stream).lines().next();
    Ok(line.context("no answer")??)
}

#[test]
fn errors_say_what_is_wrong_with_a_port() -> Result<()> {
    let error = parse::<NonZeroU16>("--port", "1 to 65535", "0").unwrap_err();
    assert_eq!(error.to_string(), "--port must be 1 to 65535, found `0`");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let error = check_is_free(listener.local_addr()?).unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    Ok(())
}
