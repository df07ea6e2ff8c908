using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Zerg.Posix;

namespace ZergPool.Upgrading;

/// <summary>Collects the descriptors that the next image gets, and writes down what they are.</summary>
/// <param name="listeners">How many numbers are needed for the sockets at 3, 4, ...</param>
internal sealed class Bequest(int listeners) : IDisposable
{
    private readonly List<int> _numbers = [];
    private readonly List<FileDescriptor> _own = [];
    private readonly int _lowest = ProcessImage.FirstListener + listeners;

    /// <summary>Every descriptor that stays open.</summary>
    public IReadOnlyList<int> Numbers => _numbers;

    /// <summary>Has a descriptor handed over, and says under which number; it stays with its owner till then.</summary>
    public int Add(SafeHandle handle)
    {
        var number = (int)handle.DangerousGetHandle();
        if (number < _lowest)
        {
            var moved = FileDescriptor.Duplicate(handle, _lowest);
            _own.Add(moved);
            number = moved.Number;
        }

        _numbers.Add(number);
        return number;
    }

    /// <inheritdoc cref="Add(SafeHandle)"/>
    public ProcessState Add(ProcessHandle process) => new(process.Pid, Add(process.Descriptor));

    /// <summary>Writes the state into a file of which nothing but its number is told.</summary>
    public int Write(PoolState state)
    {
        var file = MemoryFile.Create(Inheritance.FileName);
        _own.Add(file);
        var header = new StateHeader(StateHeader.Current, _numbers);
        var isWritten = PlainIO.WriteAll(file.Number, Encoding.ASCII.GetBytes($"{header}\n"))
            && PlainIO.WriteAll(file.Number, JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.PoolState));
        if (!isWritten)
            throw SyscallException.Last("write", Inheritance.FileName);
        if (file.Number >= _lowest)
            return Kept(file.Number);
        var moved = file.Duplicate(_lowest);
        _own.Add(moved);
        return Kept(moved.Number);
    }

    /// <inheritdoc/>
    public void Dispose() => _own.ForEach(descriptor => descriptor.Dispose());

    // Not in the header: it is read through this very one.
    private int Kept(int number)
    {
        _numbers.Add(number);
        return number;
    }
}
