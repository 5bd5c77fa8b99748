//! `cargo xtask serve`: the page on this machine, with the packages that it can begin without built behind it.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cli::ServeOptions;
use crate::process::{self, Show};
use crate::repo::Repo;
use crate::report::{duration, say};
use crate::setup::{self, Tools};
use crate::wasm::{self, Package, Profile};
use crate::{NeedsAction, children, pending, site};

/// How long Trunk may take to bundle and copy.
const TRUNK_START: Duration = Duration::from_secs(120);

/// Serves until it is ended.
pub fn run(repo: &Repo, options: &ServeOptions) -> Result<()> {
    check_port(options.address, options.port)?;
    let tools = setup::for_site(repo)?;
    wasm::make_folders(repo)?;
    let behind = prepare(repo, &tools, options)?;

    let mut trunk = start_trunk(repo, &tools, options)?;
    let address = SocketAddr::new(reachable(options.address), options.port);
    wait_for_page(&mut trunk, address)?;
    let url = format!("http://{address}/");
    for package in &behind {
        say(&format!(
            "{} package: to be built behind the page, which takes it up when it is ready",
            package.name()
        ));
    }
    println!("Thimble is served on {url} (Ctrl-C ends it)");

    let status = thread::scope(|scope| {
        scope.spawn(|| {
            let mut rest = behind.as_slice();
            while let [package, others @ ..] = rest {
                build_behind(repo, &tools, *package, others, &url);
                rest = others;
            }
        });
        let status = trunk.wait();
        children::ended(trunk.id());
        children::end_all();
        status
    })?;
    bail!(
        "trunk ended with {status}; its output: {}",
        repo.log("trunk-serve").display()
    );
}

/// Builds the CPU package if need be, and says which others are to be built.
fn prepare(repo: &Repo, tools: &Tools, options: &ServeOptions) -> Result<Vec<Package>> {
    let mut behind = Vec::new();
    for package in [Package::CpuRelaxed, Package::Webgpu] {
        if !wasm::is_fresh(repo, tools, package, Profile::Release) {
            wasm::remove(repo, package)?;
            if !(options.cpu_only && package == Package::Webgpu) {
                behind.push(package);
            }
        }
    }
    if !wasm::is_fresh(repo, tools, Package::Cpu, Profile::Release) {
        say("cpu package: building");
        let time = wasm::build(repo, tools, Package::Cpu, Profile::Release, Show::Progress)?;
        say(&format!("cpu package: built in {}", duration(time)));
    }
    let names: Vec<&str> = behind.iter().map(|package| package.name()).collect();
    pending::write(&repo.packages(), &names)?;
    Ok(behind)
}

/// Builds a package, and tells the page, whatever came of it. `others` are still to follow.
fn build_behind(repo: &Repo, tools: &Tools, package: Package, others: &[Package], url: &str) {
    let built = wasm::build(repo, tools, package, Profile::Release, Show::Background);
    let names: Vec<&str> = others.iter().map(|package| package.name()).collect();
    let told =
        pending::write(&repo.packages(), &names).and_then(|()| wasm::announce(repo, package));
    let name = package.name();
    match built.and_then(|time| told.map(|()| time)) {
        Ok(time) => say(&format!(
            "{name} package: built in {}; {url} now offers it",
            duration(time)
        )),
        Err(error) => {
            say(&format!("error: {error:#}"));
            say(&format!(
                "{name} package: not built (see above); {url} goes on without it"
            ));
        }
    }
}

/// Fails before anything is built where the port is taken.
fn check_port(address: IpAddr, port: u16) -> Result<()> {
    match TcpListener::bind((address, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let what = match error.kind() {
                ErrorKind::AddrInUse => {
                    format!("port {port} of {address} is in use by another program")
                }
                ErrorKind::PermissionDenied => format!("port {port} is reserved for root"),
                ErrorKind::AddrNotAvailable => format!("{address} is no address of this machine"),
                _ => format!("{address}:{port} cannot be listened on: {error}"),
            };
            bail!(NeedsAction(format!(
                "{what}; choose another, as in `cargo xtask serve --port 9000`"
            )))
        }
    }
}

/// The address under which this machine's browser finds a server that listens on `address`.
fn reachable(address: IpAddr) -> IpAddr {
    if address.is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        address
    }
}

fn start_trunk(repo: &Repo, tools: &Tools, options: &ServeOptions) -> Result<Child> {
    let dist = repo.target.join("served-site");
    let mut command = site::trunk(repo, tools, "serve", &dist);
    command
        .args([
            "--address",
            &options.address.to_string(),
            "--port",
            &options.port.to_string(),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut trunk = process::spawn(&mut command)?;
    let (log, second) = process::create_log(&repo.log("trunk-serve"))?;
    if let Some(output) = trunk.stdout.take() {
        thread::spawn(move || relay(output, log));
    }
    if let Some(output) = trunk.stderr.take() {
        thread::spawn(move || relay(output, second));
    }
    Ok(trunk)
}

/// Keeps Trunk's output in its log and shows what is more than a report of progress.
fn relay(output: impl Read, mut log: File) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let _ = writeln!(log, "{line}");
        if !line.trim().is_empty() && !line.contains(" INFO ") {
            say(&format!("trunk: {line}"));
        }
    }
}

/// Waits until the page itself comes, not only until the port is open.
fn wait_for_page(trunk: &mut Child, address: SocketAddr) -> Result<()> {
    let start = Instant::now();
    let mut answer = "nothing".to_owned();
    while start.elapsed() < TRUNK_START {
        if let Some(status) = trunk.try_wait()? {
            children::ended(trunk.id());
            bail!("trunk ended with {status} before the page was there; its output is above");
        }
        match request(address) {
            Ok(line) if line.contains(" 200 ") => return Ok(()),
            Ok(line) => answer = line,
            Err(_) => {}
        }
        thread::sleep(Duration::from_millis(100));
    }
    children::end_all();
    bail!(
        "trunk did not serve the page within {}; the last answer was {answer:?}, its output is above",
        duration(TRUNK_START)
    );
}

/// The status line of the page's address.
fn request(address: SocketAddr) -> Result<String> {
    let timeout = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    (!line.is_empty())
        .then(|| line.trim().to_owned())
        .context("no answer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_the_way_out() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        match check_port(IpAddr::V4(Ipv4Addr::LOCALHOST), port) {
            Ok(()) => panic!("port {port} was taken as free"),
            Err(error) => {
                assert!(error.is::<NeedsAction>());
                let text = error.to_string();
                assert!(
                    text.contains(&port.to_string()) && text.contains("--port"),
                    "{text}"
                );
            }
        }
        drop(listener);
        check_port(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
    }

    #[test]
    fn the_status_line_is_read() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept()?;
            // All of the request: a socket closed with something unread resets the connection.
            let mut lines = BufReader::new(stream.try_clone()?).lines();
            let first = lines.next().transpose()?;
            while lines
                .next()
                .transpose()?
                .is_some_and(|line| !line.is_empty())
            {}
            stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n")?;
            Ok::<_, std::io::Error>(first)
        });
        assert_eq!(request(address)?, "HTTP/1.1 404 Not Found");
        let first = server
            .join()
            .map_err(|_| anyhow::anyhow!("the server panicked"))??;
        assert_eq!(first.as_deref(), Some("GET / HTTP/1.1"));
        Ok(())
    }
}
