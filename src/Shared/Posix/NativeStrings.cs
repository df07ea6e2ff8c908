using System.Runtime.InteropServices;
using System.Text;

namespace Zerg.Posix;

/// <summary>A NULL-terminated array of NUL-terminated strings outside the managed heap: argv, envp.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte** _pointer;

    public NativeStrings(IReadOnlyCollection<byte[]> strings)
    {
        var pointers = (strings.Count + 1) * sizeof(byte*);
        _pointer = (byte**)NativeMemory.AllocZeroed((nuint)(pointers + strings.Sum(text => text.Length + 1)));
        var next = (byte*)_pointer + pointers;
        var index = 0;
        foreach (var text in strings)
        {
            _pointer[index++] = next;
            text.CopyTo(new Span<byte>(next, text.Length));
            next += text.Length + 1;
        }
    }

    public NativeStrings(IEnumerable<string> strings)
        : this([.. strings.Select(Encoding.UTF8.GetBytes)])
    {
    }

    ~NativeStrings() => NativeMemory.Free(_pointer);

    public byte** Pointer => _pointer;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_pointer);
        GC.SuppressFinalize(this);
    }
}
